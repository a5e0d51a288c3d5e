using System.Net;
using Microsoft.AspNetCore.Http;

namespace Chat.Local.Functions.Workers;

/// <summary>The body of a caller's request on its way to the worker. That it can't be read is the caller's fault.</summary>
internal sealed class CallersBody(HttpRequest request) : HttpContent
{
    /// <exception cref="BadHttpRequestException">It can't be read.</exception>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The worker gets the headers at once, so that a function can begin before its caller has said all.
        await stream.FlushAsync(cancellationToken);
        while (true)
        {
            var read = await ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                await stream.WriteAsync(part, cancellationToken);
            }

            await stream.FlushAsync(cancellationToken);

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }

    private async Task<System.IO.Pipelines.ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await request.BodyReader.ReadAsync(cancellationToken);
        }
        catch (IOException unreadable) when (unreadable is not BadHttpRequestException)
        {
            throw new BadHttpRequestException(unreadable.Message, unreadable);
        }
    }
}
