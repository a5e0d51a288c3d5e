using System.Security.Cryptography;
using System.Text;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A file that isn't shown: a page with a script, as somebody may send it to deceive.</summary>
internal sealed record Document : Photo
{
    public Document()
    {
        Bytes = Encoding.UTF8.GetBytes("<!doctype html><script>alert(1)</script>");
        ContentType = "text/html";
    }

    public string FileName { get; init; } = "Plan.html";

    public override object For(string conversationId, string? clientMessageId = null) => new
    {
        conversationId,
        clientMessageId,
        kind = "file",
        contentType = ContentType,
        bytes = Bytes.Length,
        sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)),
        fileName = FileName,
    };
}
