using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A picture as a phone has it: a small PNG, which says where it was taken.</summary>
internal record Photo
{
    public const string Place = "52.5 N 13.4 E";

    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAAHnRFWHRDb21tZW50AFRha2VuIGF0IDUyLjUgTiAxMy40IEX65il4"
        + "AAAAN0lEQVR42u3OMQ0AMAgAMJTsRg73FCMLF4SjSQU0uvKUEBISEhISEhJaDr3fpwgJCQkJCQkJLRvv1YBqUu+CQwAAAABJRU5E"
        + "rkJggg==";

    public byte[] Bytes { get; init; } = Convert.FromBase64String(Png);

    public string ContentType { get; init; } = "image/png";

    /// <summary>What is said of it before it goes up.</summary>
    public virtual object For(string conversationId, string? clientMessageId = null) => new
    {
        conversationId,
        clientMessageId,
        kind = "image",
        contentType = ContentType,
        bytes = Bytes.Length,
        sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)),
    };

    /// <summary>Puts it where an upload says, as a page does.</summary>
    public async Task<HttpStatusCode> PutAsync(HttpClient http, JsonElement upload)
    {
        using var put = new HttpRequestMessage(HttpMethod.Put, upload.Text("uploadUrl")) { Content = new ByteArrayContent(Bytes) };
        foreach (var header in upload.At("headers")!.Value.EnumerateObject())
        {
            if (header.Name == "Content-Type")
            {
                put.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(header.Value.GetString()!);
            }
            else
            {
                put.Headers.Add(header.Name, header.Value.GetString());
            }
        }

        using var answer = await http.SendAsync(put);
        return answer.StatusCode;
    }
}
