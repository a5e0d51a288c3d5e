namespace Chat.Load.Profile;

/// <summary>
/// Which step of a message, or of a page, a sample belongs to: the innermost method of <c>functions/</c> that names one; where a
/// continuation began a new stack, the first of the others below that is on it; else none.
/// </summary>
internal static class Step
{
    private const string Commit = "commit";
    private const string ChangeFeed = "change feed";
    private const string Inboxes = "inboxes, sender's and recipients'";
    private const string Pushes = "pushes";
    private const string Work = "queue: receive, call, complete";
    private const string Http = "HTTP in and out";
    private const string Invocations = "between host and worker";
    private const string Cosmos = "Cosmos DB, the stack doesn't say for whom";
    private const string Disk = "disk, for all that is written";

    private static readonly (string Method, string Step)[] OfFunctions =
    [
        ("Chat.Functions.Log.", Commit),
        ("Chat.Functions.Inbox.", Inboxes),
        ("Chat.Functions.Delivery.EntryProjection", Inboxes),
        ("Chat.Functions.Delivery.InboxUpdates", Inboxes),
        ("Chat.Functions.Delivery.InboxFanOut", Inboxes),
        ("Chat.Functions.Delivery.ProjectInboxes", ChangeFeed),
        ("Chat.Functions.Delivery.ChangedConversation", ChangeFeed),
        ("Chat.Functions.Delivery.DeliveryQueue", "queue: send"),
        ("Chat.Functions.Delivery.", Work),
        ("Chat.Functions.Realtime.", Pushes),
        ("Chat.Functions.Events.", Pushes),
        ("Chat.Functions.Users.TokenCheck", "token check"),
        ("Chat.Functions.Messages.ListMessages", Http),
        ("Chat.Functions.Messages.SendMessage", Http),
    ];

    private static readonly (string Method, string Step)[] OfOthers =
    [
        ("Chat.Local.SignalR.", Pushes),
        ("Chat.Local.CosmosDb.ChangeFeed.", ChangeFeed),
        ("Chat.Local.Functions.ChangeFeed.", ChangeFeed),
        ("Chat.Local.CosmosDb.Items.Batch", Commit),
        ("Chat.Local.CosmosDb.", Cosmos),
        ("Microsoft.Azure.Cosmos.", Cosmos),
        ("Microsoft.Azure.Documents.", Cosmos),
        ("Chat.Local.Store.", Disk),
        ("Chat.Local.ServiceBus.", Work),
        ("Chat.Local.Functions.Queues.", Work),
        ("Chat.Local.Functions.Http.", Http),
        ("Chat.Local.Functions.Workers.HttpForward", Http),
        ("Chat.Local.Functions.Workers.", Invocations),
        ("Microsoft.Azure.Functions.Worker.", Invocations),
        ("Grpc.", Invocations),
        ("Microsoft.AspNetCore.", Http),
    ];

    public static string Of(StackSample sample)
    {
        if (sample.IsCollection)
        {
            return "garbage collection";
        }

        var innermost = sample.Frames.Select(
            frame => Array.Find(OfFunctions, name => IsIn(frame, name.Method)).Step).FirstOrDefault(step => step is not null);
        return innermost
            ?? Array.Find(OfOthers, name => sample.Frames.Any(frame => IsIn(frame, name.Method))).Step
            ?? (sample.Owner == Owner.Sqlite ? Disk : "other");
    }

    private static bool IsIn(Frame frame, string method) => frame.Name?.StartsWith(method, StringComparison.Ordinal) == true;
}
