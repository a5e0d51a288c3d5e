using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Chat.Functions.Shared;

namespace Chat.Functions.Telemetry;

/// <summary>
/// Users' names in telemetry: 16 hexadecimal digits of a keyed hash, which distinguish users without identifying them.
/// </summary>
internal sealed class Pseudonyms(TelemetryOptions options)
{
    private readonly byte[] _key = options.Salt is { Length: > 0 } salt ? Encoding.UTF8.GetBytes(salt) : RandomNumberGenerator.GetBytes(32);

    public string Of(UserId user) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(user.Value)).AsSpan(0, 8));
}

/// <summary>The settings under <c>Telemetry</c>.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>
    /// The secret key of pseudonyms, the same for all instances. Without it each process has a random one, and pseudonyms can't
    /// be compared between processes.
    /// </summary>
    [MaxLength(256)]
    public string? Salt { get; init; }
}
