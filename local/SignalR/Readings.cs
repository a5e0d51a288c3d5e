namespace Chat.Local.SignalR;

/// <summary>A hub as an inspector sees it.</summary>
/// <param name="Groups">The groups that have connections.</param>
/// <param name="Users">The groups that users' coming connections will join.</param>
internal sealed record HubReading(
    string Name,
    IReadOnlyList<ConnectionReading> Connections,
    IReadOnlyList<GroupReading> Groups,
    IReadOnlyList<UserReading> Users);

internal sealed record ConnectionReading(string Id, string? UserId, DateTimeOffset Since);

internal sealed record GroupReading(string Name, IReadOnlyList<string> ConnectionIds);

internal sealed record UserReading(string UserId, IReadOnlyList<string> Groups);
