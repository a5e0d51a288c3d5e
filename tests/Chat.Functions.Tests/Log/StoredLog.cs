using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Functions.Tests.Log;

/// <summary>A conversation's partition as it is stored.</summary>
internal sealed record StoredLog(Head Head, IReadOnlyList<LogEntry> Entries, IReadOnlyList<Member> Members)
{
    public IReadOnlyList<Message> Messages => [.. Entries.OfType<Message>()];

    public IReadOnlyList<string> Texts => [.. Messages.Select(message => message.Text)];

    /// <summary>Reads every document of the partition, and checks what holds for any log whatever happened to it.</summary>
    public static async Task<StoredLog> ReadAsync(Container conversations, ConversationId conversation)
    {
        var documents = new List<JsonElement>();
        using var pages = conversations.GetItemQueryStreamIterator(
            new QueryDefinition("SELECT * FROM c"),
            requestOptions: new QueryRequestOptions
            {
                PartitionKey = new PartitionKey(conversation.Value),
                EnableOptimisticDirectExecution = true,
            });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            var json = await JsonSerializer.DeserializeAsync<JsonElement>(page.EnsureSuccessStatusCode().Content);
            documents.AddRange(json.GetProperty("Documents").EnumerateArray());
        }

        var byType = documents.ToLookup(document => document.GetProperty("type").GetString());
        var log = new StoredLog(
            byType["head"].Single().Deserialize(ChatJson.Default.Head)!,
            [.. byType["message"].Concat(byType["event"]).Select(document => document.Deserialize(ChatJson.Default.LogEntry)!)
                .OrderBy(entry => entry.Seq)],
            [.. byType["member"].Select(document => document.Deserialize(ChatJson.Default.Member)!)]);
        log.CheckWhole();
        return log;
    }

    /// <summary>An answered append is in the log, once, as it was answered.</summary>
    public void Contains(AppendResult answered)
    {
        Assert.Null(answered.Refusal);
        Assert.NotEmpty(answered.Entries);
        foreach (var entry in answered.Entries)
        {
            var stored = Assert.Single(Entries, stored => stored.Id == entry.Id);
            Assert.Equal((entry.Seq, entry.Commit?.Id, entry.At), (stored.Seq, stored.Commit?.Id, stored.At));
        }
    }

    /// <summary>The enqueued ranges are commits, each enqueued once; together they are the whole log.</summary>
    public void WasEnqueued(IEnumerable<CommittedRange> enqueued)
    {
        var ranges = enqueued.OrderBy(range => range.First).ToList();
        WasEnqueuedAtMostOnce(ranges);
        Assert.Equal(Entries.Count, ranges.Sum(range => range.Entries.Count));
    }

    public void WasEnqueuedAtMostOnce(IEnumerable<CommittedRange> enqueued)
    {
        foreach (var range in enqueued)
        {
            Assert.Equal(
                Entries.Where(entry => entry.Seq >= range.First && entry.Seq <= range.Last).Select(entry => entry.Id),
                range.Entries.Select(entry => entry.Id));
            Assert.Equal(
                Entries.Where(entry => entry.Commit?.Id == range.Head.CommitId).Select(entry => entry.Seq),
                range.Entries.Select(entry => entry.Seq));
        }

        Assert.Equal(enqueued.Count(), enqueued.Select(range => range.First).Distinct().Count());
    }

    private void CheckWhole()
    {
        Assert.Equal(Enumerable.Range(1, Entries.Count).Select(seq => (long)seq), Entries.Select(entry => entry.Seq));
        Assert.Equal(Enumerable.Range(1, Messages.Count).Select(ordinal => (long)ordinal), Messages.Select(message => message.Ordinal));
        Assert.Equal((Entries.Count, Messages.Count), (Head.LastSeq, Head.MessageCount));
        Assert.Equal(Entries[^1].Commit?.Id, Head.CommitId);
        Assert.Equal(Messages.Count > 0 ? Messages[^1].Seq : null, Head.LastMessage?.Seq);
        Assert.Equal(Members.Count(member => member.State == MemberState.Active), Head.MemberCount);

        // Every entry tells its commit's range.
        Assert.All(
            Entries.GroupBy(entry => entry.Commit!),
            commit => Assert.Equal((commit.Min(entry => entry.Seq), commit.Max(entry => entry.Seq)), (commit.Key.First, commit.Key.Last)));

        // A commit is one run of entries, and time doesn't go back.
        Assert.Equal(
            Entries.Select(entry => entry.Commit?.Id).Distinct().Count(),
            1 + Entries.Zip(Entries.Skip(1)).Count(pair => pair.First.Commit != pair.Second.Commit));
        Assert.Equal(Entries.Select(entry => entry.At).Order(), Entries.Select(entry => entry.At));
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(Head, ChatJson.Default.Head).Length, 1, Head.MaxBytes);
    }
}
