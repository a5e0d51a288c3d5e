using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Bodies(Work work, Flow flow)
{
    private const int Piece = 64 * 1024;

    [Function("Drinks")]
    public async Task<IResult> Drinks(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await work.DoAsync("headers", cancellationToken);
        var (buffer, total) = (new byte[Piece], 0);
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0; total += read)
        {
            flow.Received(read);
            if (total == 0)
            {
                await work.DoAsync("first piece", cancellationToken);
            }
        }

        return Results.Text(total.ToString(CultureInfo.InvariantCulture));
    }

    [Function("Pours")]
    public async Task Pours(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "pours/{pieces:int}")] HttpRequest request,
        int pieces,
        CancellationToken cancellationToken)
    {
        var piece = new byte[Piece];
        for (var n = 0; n < pieces; n++)
        {
            await request.HttpContext.Response.Body.WriteAsync(piece, cancellationToken);
            flow.Sent(Piece);
            if (n == 0)
            {
                await work.DoAsync("first piece", cancellationToken);
            }
        }
    }

    [Function("Breaks")]
    public async Task Breaks([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancellationToken)
    {
        await request.HttpContext.Response.WriteAsync("the beginning", cancellationToken);
        await request.HttpContext.Response.Body.FlushAsync(cancellationToken);
        await work.DoAsync("begun", cancellationToken);
        throw new InvalidOperationException("a secret");
    }

    [Function("Headed")]
    public void Headed([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        request.HttpContext.Response.Headers["X-Early"] = "too early";
        throw new InvalidOperationException("a secret");
    }
}
