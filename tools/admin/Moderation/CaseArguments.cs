using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Admin.Moderation;

/// <summary>What commands about cases take alike.</summary>
internal static class CaseArguments
{
    public static Argument<CaseId> Case() => new("case")
    {
        Description = "The case's id.",
        CustomParser = argument => Parsed.Parse<CaseId>(
            argument, CaseId.TryParse, "A case's id is 22 of A-Z a-z 0-9 _ -; put -- before one that begins with -."),
    };

    public static Option<UserId> Moderator() => new("--as")
    {
        Description = "The moderator, as the audit log is to have them.",
        HelpName = "MODERATOR",
        Required = true,
        CustomParser = argument => Parsed.Parse<UserId>(argument, UserId.TryParse, $"A user's id is {UserId.Rule}."),
    };

    /// <summary>An option that takes one of an enum's names, in any casing.</summary>
    public static Option<T> Word<T>(string name, string description, bool isRequired)
        where T : struct, Enum => new(name)
        {
            Description = description,
            HelpName = string.Join('|', Enum.GetNames<T>().Select(word => Report.Show(Enum.Parse<T>(word)))),
            Required = isRequired,
        };

    /// <exception cref="NotThereException">There is none.</exception>
    public static async Task<Case> ReadAsync(CaseStore cases, CaseId id, CancellationToken cancellationToken) =>
        (await cases.ReadAsync(id, cancellationToken)).Document ?? throw new NotThereException($"There is no case {id}.");
}

/// <summary>What moderation refuses.</summary>
internal sealed class RefusedException(string message) : Exception(message);
