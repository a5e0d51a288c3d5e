namespace Chat.Local.Store;

/// <summary>What a store has written since it was opened, and what it has in memory.</summary>
/// <param name="Commits">How often it appended to a log, each time with a sync that all who wait share.</param>
/// <param name="SlowCommits">How many of them took longer than 10 ms to reach the disk.</param>
/// <param name="LogBytes">How many bytes it appended.</param>
/// <param name="Checkpoints">How often what a log came to was moved into the tables.</param>
/// <param name="TablePages">How many pages of tables that changed; each is written twice, to SQLite's WAL and to the tables' file.</param>
/// <param name="InMemory">About how many bytes the changes take that aren't in the tables yet.</param>
internal readonly record struct StoreReading(
    long Commits, long SlowCommits, long LogBytes, long Checkpoints, long TablePages, long InMemory);
