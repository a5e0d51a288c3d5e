using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Chat.Local.Blobs.Protocol;

/// <summary>An answer, whatever it goes over. Its body is read once, and disposed then.</summary>
internal sealed class BlobAnswer(int status, Stream? body = null, long? length = null)
{
    private readonly List<(string Name, string Value)> _headers = [];

    /// <summary>Stands for a connection that broke before any answer.</summary>
    public static BlobAnswer Broken { get; } = new(0);

    public int Status => status;

    /// <summary>Null without a body.</summary>
    public Stream? Body => body;

    /// <summary>What <c>Content-Length</c> says; of a HEAD, without a body.</summary>
    public long Length => length ?? body?.Length ?? 0;

    public IReadOnlyList<(string Name, string Value)> Headers => _headers;

    public static BlobAnswer Xml(int status, XElement root)
    {
        // With a byte order mark, as Azure's have it.
        var text = new XDocument(new XDeclaration("1.0", "utf-8", null), root);
        var buffer = new MemoryStream();
        using (var writer = new StreamWriter(buffer, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        {
            text.Save(writer, SaveOptions.DisableFormatting);
        }

        buffer.Position = 0;
        return new BlobAnswer(status, buffer).With("Content-Type", "application/xml");
    }

    public static BlobAnswer Error(RefusedException refused, bool hasBody)
    {
        var error = new XElement("Error", new XElement("Code", refused.Code), new XElement("Message", refused.Message));
        error.Add(refused.Details.Select(detail => new XElement(detail.Name, XmlText.Of(detail.Value))));
        var answer = hasBody && refused.Status != 304 ? Xml(refused.Status, error) : new BlobAnswer(refused.Status);
        foreach (var (name, value) in refused.Headers)
        {
            answer.With(name, value);
        }

        return answer.With("x-ms-error-code", refused.Code);
    }

    /// <summary>Adds a header, unless it has no value.</summary>
    public BlobAnswer With(string name, string? value)
    {
        if (value is not null)
        {
            _headers.Add((name, value));
        }

        return this;
    }

    public BlobAnswer With(string name, DateTimeOffset time) => With(name, time.ToString("R", CultureInfo.InvariantCulture));

    public BlobAnswer WithMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (name, value) in metadata)
        {
            With($"x-ms-meta-{name}", value);
        }

        return this;
    }
}
