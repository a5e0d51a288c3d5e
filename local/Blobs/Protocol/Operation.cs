using Chat.Local.Blobs.Authorization;

namespace Chat.Local.Blobs.Protocol;

/// <summary>What a request asks for.</summary>
/// <param name="Kind">How Azure bills it: <c>write</c>, <c>read</c>, <c>list</c>, <c>other</c> or <c>delete</c>.</param>
/// <param name="Name">What faults call it.</param>
/// <param name="Permissions">
/// The letters of a shared access signature of which one is needed; with none it takes the account's owner.
/// </param>
internal sealed record Operation(string Kind, string Name, string Permissions, Func<Grant, ValueTask<BlobAnswer>> Run);
