using Chat.Functions.Shared;

namespace Chat.Functions.Trust;

/// <summary>What adding users to a group comes to.</summary>
/// <param name="Contact">Refused if one of them must not be in it, so that the answer doesn't tell who; otherwise open.</param>
/// <param name="Joining">Who joins.</param>
/// <param name="Invited">Who is asked.</param>
/// <param name="SilentlyDeclined">Who of those isn't shown it.</param>
public sealed record Adds(
    Contact Contact,
    IReadOnlyList<UserId> Joining,
    IReadOnlyList<UserId> Invited,
    IReadOnlyCollection<UserId> SilentlyDeclined)
{
    /// <summary>Sorts users by what first contact decides of each; who isn't decided on is a member already, and left out.</summary>
    public static Adds Of(IReadOnlyList<UserId> users, IReadOnlyDictionary<UserId, Contact> decided)
    {
        ArgumentNullException.ThrowIfNull(decided);
        IReadOnlyList<UserId> Are(params Contact[] kinds) =>
            [.. users.Where(user => decided.TryGetValue(user, out var contact) && kinds.Contains(contact))];
        return new(
            Are(Contact.Refused).Count > 0 ? Contact.Refused : Contact.Open,
            Are(Contact.Open),
            Are(Contact.Request, Contact.SilentlyDeclined),
            Are(Contact.SilentlyDeclined));
    }
}
