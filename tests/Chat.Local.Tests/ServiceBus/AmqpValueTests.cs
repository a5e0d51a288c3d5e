using Chat.Local.ServiceBus.Messages;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Azure.Amqp;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>What a client sends is measured before anything decodes it, whatever it is.</summary>
public sealed class AmqpValueTests
{
    [Fact]
    public void Any_bytes_are_measured_or_refused() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Measure(bytes) is not { } length || length <= bytes.Length));

    [Theory]
    [InlineData(30, true)]
    [InlineData(5000, false)]
    public void What_nests_too_deep_is_refused(int depth, bool isFine) => Assert.Equal(isFine, Measure(Nested(depth)) is not null);

    [Theory]
    [InlineData(new byte[] { 0x00, 0x53, 0x73, 0x45, 0x00, 0x53, 0x70, 0x45 }, "out of order")]
    [InlineData(new byte[] { 0x00, 0x53, 0x10, 0x45 }, "section 10")]
    [InlineData(new byte[] { 0x40 }, "no section")]
    [InlineData(new byte[] { 0x00, 0x53, 0x75, 0xA0, 0x05, 0x01 }, "ends within")]
    public void What_is_no_message_is_refused_with_a_reason(byte[] bytes, string reason) =>
        Assert.Contains(reason, Assert.Throws<AmqpException>(() => MessageSections.Of(bytes)).Error.Description, StringComparison.Ordinal);

    private static int? Measure(byte[] bytes)
    {
        try
        {
            return AmqpValue.Measure(bytes);
        }
        catch (AmqpException)
        {
            return null;
        }
    }

    /// <summary>Lists in lists: each takes nine bytes.</summary>
    private static byte[] Nested(int depth)
    {
        var bytes = new byte[(depth * 9) + 1];
        for (var level = 0; level < depth; level++)
        {
            var size = bytes.Length - (level * 9) - 5;
            byte[] head = [0xD0, (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size, 0, 0, 0, 1];
            head.CopyTo(bytes, level * 9);
        }

        bytes[^1] = 0x40;
        return bytes;
    }
}
