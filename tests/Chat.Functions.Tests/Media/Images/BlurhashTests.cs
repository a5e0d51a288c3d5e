using Chat.Functions.Media.Images;
using NetVips;
using Xunit;

namespace Chat.Functions.Tests.Media.Images;

public sealed class BlurhashTests
{
    [Theory]
    [InlineData(64, 32, 'L')]
    [InlineData(32, 64, 'T')]
    public void Should_say_how_many_components_follow(int width, int height, char components)
    {
        using var picture = Files.Quarters(width, height);

        var hash = Blurhash.Of(picture);

        Assert.Equal(28, hash.Length);
        Assert.Equal(components, hash[0]);
    }

    [Fact]
    public void Should_be_all_average_of_one_colour()
    {
        using var white = Files.Painted(20, 10, (_, _) => (255, 255, 255));

        // FFFFFF in base 83.
        Assert.StartsWith("TSUA", Blurhash.Of(white)[2..], StringComparison.Ordinal);
    }

    [Fact]
    public void Should_show_transparency_as_white()
    {
        using var clear = Image.NewFromMemory(new byte[800], 20, 10, 4, Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);

        Assert.StartsWith("TSUA", Blurhash.Of(clear)[2..], StringComparison.Ordinal);
    }

    [Fact]
    public void Should_be_bright_where_the_picture_is()
    {
        using var picture = Files.Painted(40, 20, (x, _) => x < 20 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255));

        // The first component across goes from left to right, the first down from top to bottom. Of 0 to 18, 9 is nothing; the
        // definition samples a pixel at its edge and not in its middle, so that what is even has a little of it.
        var hash = Blurhash.Of(picture);
        Assert.Equal((0, 0, 0), Component(hash, 1));
        Assert.InRange(Component(hash, 4).Red, 9, 12);

        static (int Red, int Green, int Blue) Component(string hash, int index)
        {
            var value = Digit(hash[4 + index * 2]) * 83 + Digit(hash[5 + index * 2]);
            return (value / 361, value / 19 % 19, value % 19);
        }

        static int Digit(char digit) =>
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".IndexOf(digit, StringComparison.Ordinal);
    }
}
