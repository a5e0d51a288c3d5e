using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Chat.Local.SignalR;

/// <summary>Carries what a connection sends as server-sent events, one message an event, until either side ends it.</summary>
internal sealed class EventStreamCarrier(HttpContext context, ClientConnection connection)
{
    public async Task RunAsync()
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        await using var gone = context.RequestAborted.UnsafeRegister(
            static connection => ((ClientConnection)connection!).Drop(),
            connection);
        try
        {
            // A comment, by which the client sees that the stream is open.
            response.BodyWriter.Write(":\r\n\r\n"u8);
            await response.BodyWriter.FlushAsync(connection.Dropped);
            await foreach (var frame in connection.Outgoing.ReadAllAsync(connection.Dropped))
            {
                Write(response.BodyWriter, frame.Span);
                await response.BodyWriter.FlushAsync(connection.Dropped);
                connection.Sent(frame.Length);
            }
        }
        catch (OperationCanceledException)
        {
            // The client went, or was dropped.
            context.Abort();
        }
    }

    /// <summary>An event, with each line of the frame as one of its own.</summary>
    private static void Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> frame)
    {
        foreach (var line in frame.Split((byte)'\n'))
        {
            writer.Write("data: "u8);
            writer.Write(frame[line]);
            writer.Write("\n"u8);
        }

        writer.Write("\n"u8);
    }
}
