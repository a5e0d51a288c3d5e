using System.Globalization;

namespace Chat.Services.Cosmos;

/// <summary>Documents of the shape and size that the app stores, and the query by which it reads a page of messages.</summary>
internal static class ChatDocuments
{
    public const int PageSize = 50;
    public const string PageQuery =
        "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq >= @from AND c.seq <= @to ORDER BY c.seq ASC";

    private const string Instant = "2026-01-01T12:00:00.0000000Z";

    public static string Message(string conversation, long seq) => $$"""
        {"type":"message","id":"m:{{seq}}","messageId":"rPi1GvYwQmJrTd2mQw1J1w","conversationId":"{{conversation}}","seq":{{seq}},
        "ordinal":{{seq}},"senderId":"alice","clientMessageId":"3d0c6e4c-43f5-4f0e-9d0d-6a3c2d6f9a01","kind":"text",
        "commitId":"Xn2r5u8x_A-D.GKaPdSgVk","at":"{{Instant}}","bodyHash":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
        "text":"A message of the size that people write to each other, on the way to their next."}
        """;

    public static string Head(string conversation, long seq) => $$"""
        {"type":"head","id":"head","conversationId":"{{conversation}}","kind":"direct","title":null,"createdBy":"alice",
        "createdAt":"{{Instant}}","lastSeq":{{seq}},"messageCount":{{seq}},"commitId":"Xn2r5u8x_A-D.GKaPdSgVk","committedAt":"{{Instant}}",
        "lastMessage":{"seq":{{seq}},"senderId":"alice",
        "preview":"A message of the size that people write to each other, on the way to their next.",
        "at":"{{Instant}}"},"memberCount":2,"membersVersion":1,
        "members":[{"userId":"alice","role":"owner"},{"userId":"bob","role":"member"}]}
        """;

    public static string InboxEntry(string user) => $$"""
        {"type":"inbox","id":"inbox","userId":"{{user}}","conversationId":"c","kind":"direct","title":null,"peer":"bob",
        "memberCount":2,"lastSeq":0,"lastOrdinal":0,"lastMessage":{"seq":1,"senderId":"alice",
        "preview":"A message of the size that people write to each other.","at":"{{Instant}}"},
        "joinedOrdinal":0,"readOrdinal":0,"clearedOrdinal":0,"activity":"{{Instant}}|c"}
        """;

    public static string Activity(long raised) => string.Create(CultureInfo.InvariantCulture, $"2026-01-01T12:00:00.{raised:0000000}Z|c");
}
