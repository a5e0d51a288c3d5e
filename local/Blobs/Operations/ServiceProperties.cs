using System.Xml.Linq;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Get and Set Blob Service Properties: CORS rules, and nothing else that could be turned on.</summary>
internal sealed class ServiceProperties(BlobAccount account)
{
    private const string Root = "StorageServiceProperties";

    private CorsRules? _rules;

    /// <summary>The rules as they are now.</summary>
    public CorsRules Cors => _rules ??= account.ServiceProperties is { } kept ? CorsRules.Read(XElement.Parse(kept)) : CorsRules.None;

    public ValueTask<BlobAnswer> GetAsync() => new(BlobAnswer.Xml(200, new XElement(
        Root,
        new XElement(
            "Logging",
            new XElement("Version", "1.0"),
            new XElement("Read", "false"),
            new XElement("Write", "false"),
            new XElement("Delete", "false"),
            Off("RetentionPolicy")),
        new XElement("HourMetrics", new XElement("Version", "1.0"), new XElement("Enabled", "false"), Off("RetentionPolicy")),
        new XElement("MinuteMetrics", new XElement("Version", "1.0"), new XElement("Enabled", "false"), Off("RetentionPolicy")),
        account.ServiceProperties is { } kept ? XElement.Parse(kept) : new XElement("Cors"),
        Off("DeleteRetentionPolicy"),
        Off("StaticWebsite"))));

    /// <summary>What isn't said stays as it is.</summary>
    public async ValueTask<BlobAnswer> SetAsync(BlobRequest request, CancellationToken cancellationToken)
    {
        var given = await XmlText.ReadAsync(request, Root, cancellationToken);
        if (given.Descendants().Any(
            element => element.Name.LocalName is "Enabled" or "Read" or "Write" or "Delete" && element.Value == "true"))
        {
            throw Refusals.NotServed("A property of the service besides CORS");
        }

        if (given.Element("DefaultServiceVersion") is { Value.Length: > 0 })
        {
            throw Refusals.NotServed("A default version");
        }

        if (given.Element("Cors") is { } cors)
        {
            Set(cors);
        }

        return new BlobAnswer(202);
    }

    private static XElement Off(string name) => new(name, new XElement("Enabled", "false"));

    private void Set(XElement cors)
    {
        var rules = CorsRules.Read(cors);
        account.ServiceProperties = cors.ToString(SaveOptions.DisableFormatting);
        _rules = rules;
    }
}
