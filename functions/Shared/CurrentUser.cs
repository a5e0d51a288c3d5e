namespace Chat.Functions.Shared;

/// <summary>The caller of this invocation, set by the authentication middleware. Scoped.</summary>
public sealed class CurrentUser
{
    private UserId? _id;

    /// <exception cref="InvalidOperationException">The function needs no token, so there is no caller.</exception>
    public UserId Id
    {
        get => _id ?? throw new InvalidOperationException("Nobody is signed in for this invocation.");
        internal set => _id = value;
    }

    /// <summary>Until when the caller's token is accepted.</summary>
    public DateTimeOffset Until { get; internal set; }

    /// <summary>Whether the caller is the host app itself, and no user.</summary>
    internal bool IsHost { get; set; }

    /// <summary>Whether the host app lets the caller create channels: by a role, or because it acts for them.</summary>
    internal bool MayCreateChannels { get; set; }

    /// <summary>The caller; null without one.</summary>
    internal UserId? IfKnown => _id;
}
