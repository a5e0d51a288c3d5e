using System.Xml;
using System.Xml.Linq;

namespace Chat.Local.Blobs.Protocol;

/// <summary>Reads XML from outside, and writes what may not stand in it.</summary>
internal static class XmlText
{
    /// <summary>A block list of 50,000 ids is no longer.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>The text without what XML can't hold.</summary>
    public static string Of(string text) => string.Concat(text.Where(XmlConvert.IsXmlChar));

    /// <summary>Whether XML can hold the text as it is.</summary>
    public static bool CanHold(string text)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="RefusedException">It is too long, not XML, or has another root.</exception>
    public static async Task<XElement> ReadAsync(BlobRequest request, string root, CancellationToken cancellationToken)
    {
        var length = request.ContentLength;
        if (length > MaxBytes)
        {
            throw Refusals.TooLarge(MaxBytes);
        }

        var body = new byte[length];
        await request.Body.ReadExactlyAsync(body, cancellationToken);
        Operations.Checksums.Check(request, Storage.Digests.Of(body));
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = MaxBytes };
            using var reader = XmlReader.Create(new MemoryStream(body), settings);
            var read = XElement.Load(reader);
            return read.Name == root ? read : throw Refusals.InvalidXml();
        }
        catch (XmlException)
        {
            throw Refusals.InvalidXml();
        }
    }
}
