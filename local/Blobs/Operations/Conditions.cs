using System.Globalization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>The conditional headers of a request.</summary>
/// <remarks>https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations.</remarks>
internal sealed class Conditions
{
    private const string Any = "*";

    private readonly string? _match;
    private readonly string? _noneMatch;
    private readonly DateTimeOffset? _modifiedSince;
    private readonly DateTimeOffset? _unmodifiedSince;

    private Conditions(BlobRequest request, string prefix)
    {
        _match = Tag(request, $"{prefix}If-Match");
        _noneMatch = Tag(request, $"{prefix}If-None-Match");
        _modifiedSince = Time(request, $"{prefix}If-Modified-Since");
        _unmodifiedSince = Time(request, $"{prefix}If-Unmodified-Since");
    }

    private bool IsExclusive => _noneMatch == Any;

    public static Conditions Of(BlobRequest request) => new(request, "");

    /// <summary>Those for the source of a copy.</summary>
    public static Conditions OfSource(BlobRequest request) => new(request, "x-ms-source-");

    /// <summary>Refuses a read that they don't allow.</summary>
    public void CheckRead(StoredBlob? blob)
    {
        if (IsExclusive)
        {
            throw Refusals.UnsatisfiableCondition();
        }

        if (blob is null)
        {
            throw _match is null ? Refusals.BlobNotFound() : Refusals.ConditionNotMet();
        }

        CheckRead(blob.ETag, blob.Modified);
    }

    /// <summary>Refuses a write that they don't allow.</summary>
    public void CheckWrite(StoredBlob? blob)
    {
        RefuseCombinations();
        if (blob is null ? _match is not null : !Holds(blob.ETag, blob.Modified))
        {
            throw Refusals.ConditionNotMet();
        }
    }

    /// <summary>Refuses a write of a new content that they don't allow: <c>If-None-Match: *</c> lets it make a blob only.</summary>
    public void CheckReplace(StoredBlob? blob)
    {
        if (blob is not null && IsExclusive)
        {
            throw Refusals.BlobAlreadyExists();
        }

        CheckWrite(blob);
    }

    /// <summary>Refuses a copy of a source that they don't allow.</summary>
    public void CheckSource(StoredBlob source)
    {
        if (IsExclusive || !Holds(source.ETag, source.Modified))
        {
            throw Refusals.SourceConditionNotMet();
        }
    }

    /// <summary>Refuses what they don't allow to be done to a container.</summary>
    public void CheckWrite(StoredContainer container)
    {
        if (!Holds(container.ETag, container.Modified))
        {
            throw Refusals.ConditionNotMet();
        }
    }

    private static string? Tag(BlobRequest request, string name) =>
        request.Header(name) is { } value && value.Contains(',', StringComparison.Ordinal)
            ? throw Refusals.ManyConditions()
            : request.Header(name);

    private static DateTimeOffset? Time(BlobRequest request, string name) =>
        request.Header(name) is not { } text
            ? null
            : DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : throw Refusals.InvalidHeader(name, text);

    /// <summary>Headers name ETags with quotes or without.</summary>
    private static bool IsSame(string given, string etag) => given == Any || given.Trim('"') == etag.Trim('"');

    /// <summary>Headers have whole seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);

    private void CheckRead(string etag, DateTimeOffset modified)
    {
        if ((_match is not null && !IsSame(_match, etag)) || Seconds(modified) > _unmodifiedSince)
        {
            throw Refusals.ConditionNotMet();
        }

        var isOther = _noneMatch is null ? (bool?)null : !IsSame(_noneMatch, etag);
        var isNewer = _modifiedSince is null ? (bool?)null : Seconds(modified) > _modifiedSince;
        if ((isOther is false && isNewer is not true) || (isNewer is false && isOther is not true))
        {
            throw Refusals.ConditionNotMet(isRead: true);
        }
    }

    /// <summary>For a write the ETag decides where there is one.</summary>
    private bool Holds(string etag, DateTimeOffset modified) =>
        (_noneMatch, _match) switch
        {
            (Any, _) => true,
            ({ } none, _) => !IsSame(none, etag),
            (_, { } match) => IsSame(match, etag),
            _ => !(Seconds(modified) <= _modifiedSince) && !(Seconds(modified) > _unmodifiedSince),
        };

    private void RefuseCombinations()
    {
        var (match, none) = (_match is null ? 0 : 1, _noneMatch is null ? 0 : 1);
        var (since, unmodified) = (_modifiedSince is null ? 0 : 1, _unmodifiedSince is null ? 0 : 1);
        var count = match + none + since + unmodified;
        if (count > 2 || (count == 2 && none + since == 1))
        {
            throw Refusals.ManyConditions();
        }
    }
}
