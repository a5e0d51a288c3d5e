using System.Text.RegularExpressions;

namespace Chat.Local.Blobs.Operations;

/// <summary>https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata.</summary>
internal static partial class BlobNames
{
    private const int MaxBlob = 1024;
    private const int MaxSegments = 254;

    public static void CheckContainer(string name)
    {
        if (name.StartsWith('$'))
        {
            throw Refusals.NotServed($"The container {name}");
        }

        if (name.Length is < 3 or > 63)
        {
            throw Refusals.NameLength();
        }

        if (!Container().IsMatch(name))
        {
            throw Refusals.InvalidName();
        }
    }

    public static void CheckBlob(string name)
    {
        if (name.Length > MaxBlob || name.Split('/').Length > MaxSegments)
        {
            throw Refusals.InvalidUri();
        }
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Container();
}
