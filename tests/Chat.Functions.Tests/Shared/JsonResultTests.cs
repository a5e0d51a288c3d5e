using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Functions.Tests.Shared;

public sealed class JsonResultTests
{
    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "gzip")]
    public async Task A_long_answer_is_compressed_unless_it_holds_a_secret(bool holdsSecret, string coding)
    {
        var http = new DefaultHttpContext { Request = { Headers = { AcceptEncoding = "gzip" } }, Response = { Body = new MemoryStream() } };

        var connection = new RealtimeConnection("https://example.com/client/?hub=chat", new string('a', 4_000));
        await new JsonResult<RealtimeConnection>(200, connection, ChatJson.Default.RealtimeConnection)
        {
            HoldsSecret = holdsSecret,
        }.ExecuteAsync(http);

        Assert.Equal(coding, http.Response.Headers.ContentEncoding.ToString());
        Assert.Equal(http.Response.ContentLength, http.Response.Body.Length);
    }
}
