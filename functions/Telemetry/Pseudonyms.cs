using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Chat.Functions.Shared;

namespace Chat.Functions.Telemetry;

/// <summary>What users are called in telemetry: 16 hexadecimal digits that tell them apart and don't tell who they are.</summary>
public sealed class Pseudonyms(TelemetryOptions options)
{
    private readonly byte[] _key = options.Salt is { Length: > 0 } salt ? Encoding.UTF8.GetBytes(salt) : RandomNumberGenerator.GetBytes(32);

    public string Of(UserId user) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(user.Value)).AsSpan(0, 8));
}

/// <summary>How telemetry is made, under <c>Telemetry</c> in the settings.</summary>
public sealed record TelemetryOptions
{
    /// <summary>A secret from which pseudonyms are made, the same for all instances. Without one each start makes its own, and pseudonyms can't be compared.</summary>
    [MaxLength(256)]
    public string? Salt { get; init; }
}
