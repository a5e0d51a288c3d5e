using System.Text;
using Chat.Local.SignalR;
using Chat.Local.SignalR.Protocols;
using MessagePack;
using MessagePack.Resolvers;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class InvocationTests
{
    [Fact]
    public void JSON_becomes_maps_numbers_and_timestamps_for_a_MessagePack_client()
    {
        const string Body =
            """{"Target":"S\u00e9","Arguments":[{"n":7,"x":7.0"""
                + ""","t":"text","at":"2026-01-02T03:04:05Z","no":null,"yes":true,"list":[1,"2"]},[]]}""";

        var frame = Invocation.FromJson(Encoding.UTF8.GetBytes(Body))!.In(MessagePackProtocol.Instance);

        Assert.Equal(frame.Length - 1, frame.Span[0]);
        var message = (object[])MessagePackSerializer.Deserialize<object>(
            frame[1..],
            MessagePackSerializerOptions.Standard.WithResolver(PrimitiveObjectResolver.Instance));
        Assert.Equal(((byte)1, "Sé"), (message[0], message[3]));
        var arguments = Assert.IsType<object[]>(message[4]);
        var first = Assert.IsType<Dictionary<object, object?>>(arguments[0]);
        Assert.Equal(["n", "x", "t", "at", "no", "yes", "list"], first.Keys);
        Assert.Equal(7L, Convert.ToInt64(first["n"], null));
        Assert.Equal((7.0, "text", null, true), (first["x"], first["t"], first["no"], first["yes"]));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), first["at"]);
        Assert.Equal("2", Assert.IsType<object[]>(first["list"])[1]);
        Assert.Empty(Assert.IsType<object[]>(arguments[1]));
    }

    [Fact]
    public void JSON_stays_as_it_is_for_a_JSON_client()
    {
        var frame = Invocation.FromJson("""{ "arguments" : [ {"a":1.50} ], "target" : "Said" }"""u8)!.In(ClientProtocol.Json);

        Assert.Equal("""{"type":1,"target":"Said","arguments":[ {"a":1.50} ]}""" + '\u001e', Encoding.UTF8.GetString(frame.Span));
    }
}
