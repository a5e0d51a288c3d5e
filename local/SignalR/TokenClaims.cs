using System.Text.Json;

namespace Chat.Local.SignalR;

/// <summary>What the service reads in a token.</summary>
internal sealed class TokenClaims
{
    public List<string> Audiences { get; } = new(1);

    /// <summary>Seconds since 1970; zero if it never ends, which isn't allowed.</summary>
    public long Expires { get; private set; }

    /// <summary>The user's id as the package says it; the next two are what others say.</summary>
    public string? SignalRUser { get; private set; }

    public string? NameId { get; private set; }

    public string? Subject { get; private set; }

    /// <summary>Whether the connection is closed at <see cref="End"/>.</summary>
    public string? Closes { get; private set; }

    public string? End { get; private set; }

    public static bool IsSignedAsExpected(ReadOnlySpan<byte> header)
    {
        var reader = new Utf8JsonReader(header);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("alg"u8))
            {
                return reader.Read() && reader.ValueTextEquals("HS256"u8);
            }
        }

        return false;
    }

    /// <exception cref="JsonException">It isn't JSON.</exception>
    /// <exception cref="InvalidOperationException">A claim is of another type than it should be.</exception>
    public static TokenClaims? Read(ReadOnlySpan<byte> payload)
    {
        var claims = new TokenClaims();
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            claims.Take(ref reader);
        }

        return claims;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("aud"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                Audiences.Add(reader.GetString()!);
                return;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Audiences.Add(reader.GetString()!);
            }
        }
        else if (reader.ValueTextEquals("exp"u8))
        {
            reader.Read();
            Expires = reader.GetInt64();
        }
        else if (reader.ValueTextEquals("asrs.s.uid"u8))
        {
            SignalRUser = Text(ref reader);
        }
        else if (reader.ValueTextEquals("nameid"u8))
        {
            NameId = Text(ref reader);
        }
        else if (reader.ValueTextEquals("sub"u8))
        {
            Subject = Text(ref reader);
        }
        else if (reader.ValueTextEquals("asrs.s.coae"u8))
        {
            Closes = Text(ref reader);
        }
        else if (reader.ValueTextEquals("asrs.s.aeo"u8))
        {
            End = Text(ref reader);
        }
        else
        {
            reader.Skip();
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }
}
