namespace Chat.Functions.Shared;

/// <summary>Who makes this request: set once by the authentication middleware, scoped to the invocation.</summary>
public sealed class CurrentUser
{
    private UserId? _id;

    /// <exception cref="InvalidOperationException">The function is one that needs no token.</exception>
    public UserId Id
    {
        get => _id ?? throw new InvalidOperationException("Nobody is signed in for this invocation.");
        internal set => _id = value;
    }

    /// <summary>Until when calls with the caller's token are taken.</summary>
    public DateTimeOffset Until { get; internal set; }

    /// <summary>Null while nobody is signed in.</summary>
    internal UserId? IfKnown => _id;
}
