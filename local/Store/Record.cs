namespace Chat.Local.Store;

/// <summary>
/// One durable record: a service's <paramref name="Space"/>, a key for people who look, and bytes only that service reads.
/// </summary>
/// <param name="Id">Unique in the file, given out by <see cref="LocalStore.NewId"/>.</param>
internal sealed record Record(long Id, string Space, string Key, byte[] Value);
