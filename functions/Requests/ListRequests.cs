using System.Text.Json.Serialization;
using Chat.Functions.Blocks;
using Chat.Functions.Content;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary>
/// <c>GET /requests?hidden=</c>: the unanswered requests to the caller, newest first, in pages: those with a word that they hide, or the
/// others. A request is left out while either blocks the other.
/// </summary>
public sealed class ListRequests(
    ContactRequests requests,
    ChatContainers containers,
    PersonStore people,
    BlockStore blocks,
    HiddenWordsStore words,
    TimeProvider time,
    Limits limits,
    CurrentUser user)
{
    /// <summary>A younger note may be of a request that is about to be committed.</summary>
    private static readonly TimeSpan LeftOverAfter = TimeSpan.FromHours(1);

    [Function(nameof(ListRequests))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "requests")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, before, isHidden) = (query.Limit(limits), ActivityCursor.Read(query), query.OneOf("hidden", "true", "false") == "true");
        query.ThrowIfMalformed();

        // One more than asked for tells whether there is a next page.
        var found = await requests.PageAsync(user.Id, isHidden, before ?? ActivityCursor.FromTheTop, limit + 1, cancellationToken);
        IReadOnlyList<RequestNote> notes = [.. found.Take(limit)];
        var page = new RequestPage(
            await ShowAsync(notes, cancellationToken),
            found.Count > limit ? ActivityCursor.Of(notes[^1].RequestedAt) : null);
        return new JsonResult<RequestPage>(StatusCodes.Status200OK, page, ChatJson.Default.RequestPage);
    }

    private async Task<IReadOnlyList<RequestView>> ShowAsync(IReadOnlyList<RequestNote> notes, CancellationToken cancellationToken)
    {
        if (notes.Count == 0)
        {
            return [];
        }

        var heads = (await containers.Conversations.ReadDocumentsAsync(
            notes.Select(note => (Head.DocumentId, new PartitionKey(note.ConversationId.Value))),
            ChatJson.Default.DocumentsPageHead,
            cancellationToken: cancellationToken)).ToDictionary(head => head.ConversationId);
        var invited = await InvitedAsync([.. heads.Values.Where(head => head.Kind != ConversationKind.Direct)], cancellationToken);
        var blocked = await blocks.AmongAsync(user.Id, notes.Select(note => note.By), cancellationToken);
        IReadOnlyList<RequestNote> open = [.. notes.Where(IsOpen)];
        var names = (await people.OfAsync(open.Select(note => note.By), cancellationToken)).ToDictionary(person => person.UserId);
        await Task.WhenAll(notes.Except(open).Where(note => note.At < time.GetUtcNow() - LeftOverAfter && !blocked.ContainsKey(note.By))
            .Select(note => requests.RemoveAsync(note, cancellationToken)));
        var hidden = invited.Count > 0 ? await words.FindAsync(user.Id, cancellationToken) : null;
        return [.. open.Where(note => !blocked.ContainsKey(note.By)).Select(note => RequestView.Of(
            note,
            heads[note.ConversationId],
            user.Id,
            hidden,
            names.GetValueOrDefault(note.By) ?? new Person { UserId = note.By }))];

        bool IsOpen(RequestNote note) => heads.TryGetValue(note.ConversationId, out var head) && (head.Kind == ConversationKind.Direct
            ? head.AsksFor(user.Id)
            : head.DeletedAt is null && invited.Contains(note.ConversationId));
    }

    /// <summary>The groups in which the caller is invited and hasn't answered.</summary>
    private async Task<HashSet<ConversationId>> InvitedAsync(IReadOnlyList<Head> groups, CancellationToken cancellationToken) =>
        groups.Count == 0 ? [] : (await containers.Conversations.ReadDocumentsAsync(
            groups.Select(head => (Member.DocumentId(user.Id), new PartitionKey(head.ConversationId.Value))),
            ChatJson.Default.DocumentsPageMember,
            cancellationToken: cancellationToken))
            .Where(member => member.IsInvited)
            .Select(member => member.ConversationId)
            .ToHashSet();
}

/// <summary>A page of requests.</summary>
/// <param name="Requests">At most as many as asked for; there may be fewer, even none, on a page that isn't the last.</param>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record RequestPage(IReadOnlyList<RequestView> Requests, string? Continuation);

/// <summary>A request as the user sees it who is asked.</summary>
/// <param name="From">Who asks.</param>
/// <param name="Title">
/// A group's title; null for a direct conversation, while it has a link, and while it has a word that the user hides but had none when
/// they were invited.
/// </param>
internal sealed record RequestView(
    ConversationId ConversationId,
    ConversationKind Kind,
    ProfileView From,
    DateTimeOffset RequestedAt,
    string? Title)
{
    /// <summary>The message of a direct one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessagePreview? Message { get; init; }

    /// <summary>Whether it is among the requests because the caller restricts who writes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRestricted { get; init; }

    public static RequestView Of(RequestNote note, Head head, UserId viewer, HiddenWords? words, Person from) =>
        new(note.ConversationId, head.Kind, ProfileView.Of(from), note.At, TitleOf(note, head, words))
        {
            Message = head.Kind == ConversationKind.Direct ? head.LastMessage : null,
            IsRestricted = head.Restricts(viewer),
        };

    private static string? TitleOf(RequestNote note, Head head, HiddenWords? words) =>
        head.Title is { } title && !Links.AreIn(title) && (note.IsHidden || words?.AreIn(title) != true) ? title : null;
}
