namespace Chat.Functions.Acceptance.Harness;

/// <summary>The host app: what it says about people, over real HTTP. It raises versions by itself.</summary>
internal sealed class HostApp(Person caller)
{
    private static long _version;

    public Person Caller => caller;

    /// <summary>Says who a user is.</summary>
    public Task SaysAsync(string user, string ageBand = "18+", string state = "active", string? displayName = null) =>
        SaysAsync(user, new { ageBand, state, displayName, version = Interlocked.Increment(ref _version) });

    public Task SaysAsync(string user, object said) => caller.DoAsync("PUT", $"/api/host/users/{user}", said);

    /// <summary>Says that some follow others, in the order given: <c>"alice", "bob"</c> is that alice follows bob.</summary>
    public Task FollowsAsync(string from, string to, bool follows = true) =>
        caller.DoAsync(
            "POST",
            "/api/host/relationships",
            new { relationships = new[] { new { from, to, follows, version = Interlocked.Increment(ref _version) } } });

    /// <summary>Says that two follow each other.</summary>
    public async Task AreFriendsAsync(string one, string other)
    {
        await FollowsAsync(one, other);
        await FollowsAsync(other, one);
    }
}
