using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Shared;

/// <summary>
/// Reads settings at start. A wrong one stops the app, with its name in the message, instead of failing a request later.
/// </summary>
internal static class Settings
{
    /// <summary>A feature's options from its section, validated by their annotations.</summary>
    /// <exception cref="InvalidOperationException">A value is out of range; the message names the setting.</exception>
    public static T GetValidated<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        var options = configuration.GetSection(section).Get<T>() ?? new T();
        var faults = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true))
        {
            return options;
        }

        throw new InvalidOperationException(string.Join(
            ' ',
            faults.Select(fault =>
                $"Setting {section.Replace(":", "__", StringComparison.Ordinal)}__{fault.MemberNames.FirstOrDefault()}: "
                    + $"{fault.ErrorMessage}")));
    }

    /// <summary>A mandatory setting.</summary>
    /// <exception cref="InvalidOperationException">It is missing; the message names it.</exception>
    public static string Required(this IConfiguration configuration, string key)
    {
        return configuration[key] is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"Setting {key.Replace(":", "__", StringComparison.Ordinal)} is missing.");
    }

    /// <summary>Checks that a service can be reached: by a connection string, or by its address and managed identity.</summary>
    /// <exception cref="InvalidOperationException">Neither is there; the message names the address's setting.</exception>
    public static void RequireConnection(this IConfiguration configuration, string connection, string address)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrEmpty(configuration[connection]))
        {
            configuration.Required($"{connection}:{address}");
        }
    }
}
