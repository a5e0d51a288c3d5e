using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Items;

/// <summary>A document on its way in: checked, without system properties, not yet a version of anything.</summary>
internal sealed class Draft : IDisposable
{
    public const int LimitInBytes = 2 * 1024 * 1024;
    private const int IdLimitInBytes = 1023;
    private static readonly SearchValues<char> ForbiddenInId = SearchValues.Create("/\\?#");

    private readonly JsonDocument _json;
    private readonly ReadOnlyMemory<byte> _members;

    private Draft(JsonDocument json, ReadOnlyMemory<byte> members, string id, int? ttl)
    {
        _json = json;
        _members = members;
        Id = id;
        Ttl = ttl;
    }

    public string Id { get; }

    /// <summary>The document's own <c>ttl</c>, in seconds.</summary>
    public int? Ttl { get; }

    public JsonElement Root => _json.RootElement;

    public static Draft Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > LimitInBytes)
        {
            throw new RefusedException(413, "Request size is too large");
        }

        JsonDocument json;
        try
        {
            utf8 = Numbers.AsKept(utf8);
            json = JsonDocument.Parse(utf8);
        }
        catch (JsonException exception)
        {
            throw new RefusedException(
                400,
                $"The request payload is invalid. Ensure to provide a valid request payload. {exception.Message}");
        }

        try
        {
            return Check(json, utf8);
        }
        catch
        {
            json.Dispose();
            throw;
        }
    }

    public PartitionKeyValue KeyIn(Container container) => PartitionKeyValue.InDocument(Root, container.Definition.KeyPaths);

    /// <summary>The document as the version that it becomes, to be stored and answered.</summary>
    public Item Become(LogicalPartition partition, long number, long version, long now)
    {
        var container = partition.Container;
        Span<byte> system = stackalloc byte[320];
        var resourceId = container.ResourceIdOf(number);
        var etag = container.ETagOf(partition.Range, version).AsSpan()[1..^1];
        Utf8.TryWrite(
            system,
            CultureInfo.InvariantCulture,
            $$""","_rid":"{{resourceId}}","_self":"{{container.SelfPath}}docs/{{resourceId}}"""
                + $$"""/","_etag":"\"{{etag}}\"","_attachments":"attachments/","_ts":{{now}}}""",
            out var systemLength);

        var item = Item.New(number, Id, version, now, Ttl, 1 + _members.Length + systemLength, container, out var body);
        body[0] = (byte)'{';
        _members.Span.CopyTo(body[1..]);
        system[..systemLength].CopyTo(body[(1 + _members.Length)..]);
        return item.WithKeys(container.Orders, Root);
    }

    public void Dispose() => _json.Dispose();

    private static Draft Check(JsonDocument json, ReadOnlyMemory<byte> utf8)
    {
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new RefusedException(400, "The request payload is invalid: a document is a JSON object.");
        }

        string? id = null;
        int? ttl = null;
        var hasSystemMembers = false;
        foreach (var member in json.RootElement.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (name.SequenceEqual("id"u8) && member.Value.ValueKind == JsonValueKind.String)
            {
                id = member.Value.GetString();
            }
            else if (name.SequenceEqual("ttl"u8))
            {
                ttl = CheckTtl(member.Value);
            }
            else if (IsSystemMember(name))
            {
                hasSystemMembers = true;
            }
        }

        CheckId(id);
        return new Draft(json, hasSystemMembers ? OwnMembers(json.RootElement) : Inside(utf8), id!, ttl);
    }

    private static void CheckId(string? id)
    {
        if (string.IsNullOrEmpty(id))
        {
            throw new RefusedException(400, "The input content is invalid because the required properties - 'id; ' - are missing");
        }

        if (Encoding.UTF8.GetByteCount(id) > IdLimitInBytes)
        {
            throw new RefusedException(400, "The input name is too long: an id has at most 1023 bytes.");
        }

        if (id.AsSpan().ContainsAny(ForbiddenInId))
        {
            throw new RefusedException(
                400,
                $"The input name '{id}' is invalid. Ensure to provide a unique non-empty string less than '1024' characters, "
                    + "without / \\ ? #.");
        }
    }

    private static int? CheckTtl(JsonElement ttl) => ttl.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number when ttl.TryGetInt32(out var seconds) && seconds is -1 or > 0 => seconds,
        _ => throw new RefusedException(
            400,
            $"The input ttl '{ttl.GetRawText()}' is invalid. "
                + "Ensure to provide a nonzero positive integer less than or equal to 2147483647, or -1."),
    };

    private static bool IsSystemMember(ReadOnlySpan<byte> name) =>
        name is [(byte)'_', ..]
            && (name.SequenceEqual("_rid"u8) || name.SequenceEqual("_self"u8) || name.SequenceEqual("_etag"u8)
                || name.SequenceEqual("_attachments"u8) || name.SequenceEqual("_ts"u8));

    /// <summary>What stands between the outer braces.</summary>
    private static ReadOnlyMemory<byte> Inside(ReadOnlyMemory<byte> utf8)
    {
        var span = utf8.Span;
        var start = span.IndexOf((byte)'{') + 1;
        return utf8[start..span.LastIndexOf((byte)'}')];
    }

    private static ReadOnlyMemory<byte> OwnMembers(JsonElement root)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        foreach (var member in root.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (IsSystemMember(name))
            {
                continue;
            }

            buffer.Write(buffer.WrittenCount == 0 ? "\""u8 : ",\""u8);
            buffer.Write(name);
            buffer.Write("\":"u8);
            buffer.Write(JsonMarshal.GetRawUtf8Value(member.Value));
        }

        return buffer.WrittenMemory;
    }
}
