using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Moderation;

/// <summary>Stores cases with all that belongs to them, each in a partition of its own.</summary>
/// <remarks>
/// What changes a case is written together with the case, in one batch under its ETag: both or neither. Evidence is written before, and
/// once: what is there already stays as it is.
/// </remarks>
public sealed class CaseStore(ChatContainers containers)
{
    private const int MaxParallel = 16;

    private readonly Container _moderation = containers.Moderation;

    /// <summary>A case; null when there is none.</summary>
    public Task<StoredDocument<Case>> ReadAsync(CaseId id, CancellationToken cancellationToken) =>
        _moderation.ReadDocumentAsync(Case.DocumentId, Partition(id), ChatJson.Default.Case, null, cancellationToken);

    /// <summary>A document of a case; null when there is none.</summary>
    internal async Task<T?> FindAsync<T>(CaseId id, string documentId, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : CaseDocument =>
        (await _moderation.ReadDocumentAsync(documentId, Partition(id), type, null, cancellationToken)).Document;

    /// <summary>Writes a case together with documents that are new.</summary>
    /// <param name="after">The case as it is to be.</param>
    /// <param name="etag">Of the version that was read; null when there was none.</param>
    /// <param name="created">The documents.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when the case isn't as it was read any more, or one of the documents is there.</returns>
    public async Task<bool> TryCommitAsync(
        Case after,
        string? etag,
        IReadOnlyList<CaseDocument> created,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(after);
        var batch = _moderation.CreateTransactionalBatch(Partition(after.CaseId));
        batch = etag is null
            ? batch.CreateItemStream(Stream(after), new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false })
            : batch.ReplaceItemStream(
                after.Id,
                Stream(after),
                new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false });
        foreach (var document in created)
        {
            batch = batch.CreateItemStream(
                Stream(document),
                new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false });
        }

        using var response = await batch.ExecuteAsync(cancellationToken);
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        return response.IsSuccessStatusCode
            ? true
            : throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge);
    }

    /// <summary>Keeps evidence. What is kept already isn't written again, but for noting that it was reported.</summary>
    public Task KeepAsync(IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken) =>
        Each.TryAsync(evidence, MaxParallel, KeepAsync, cancellationToken);

    /// <summary>Notes something that may be noted already.</summary>
    public async Task CreateIfAbsentAsync(CaseDocument document, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        using var body = Stream(document);
        using var created = await _moderation.CreateItemStreamAsync(
            body,
            Partition(document.CaseId),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        if (created.StatusCode != HttpStatusCode.Conflict)
        {
            created.EnsureSuccessStatusCode();
        }
    }

    /// <summary>A page of cases, the most urgent first.</summary>
    /// <param name="state">Whether they wait or are decided.</param>
    /// <param name="severity">Only those of this one; null for all.</param>
    /// <param name="after">The <see cref="Case.Urgency"/> that the page begins after; empty for the first page.</param>
    /// <param name="take">How many.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<Case>> ListAsync(
        CaseState state,
        Severity? severity,
        string after,
        int take,
        CancellationToken cancellationToken)
    {
        // Over all partitions: a handful of people ask for it, and the container is small.
        var query = new QueryDefinition(
                "SELECT TOP @take * FROM c WHERE c.type = 'case' AND c.state = @state AND c.urgency > @after"
                + (severity is null ? "" : " AND c.severity = @severity")
                + " ORDER BY c.urgency")
            .WithParameter("@take", take)
            .WithParameter("@state", Word(state))
            .WithParameter("@after", after)
            .WithParameter("@severity", severity is { } one ? Word(one) : null);
        return await _moderation.QueryAsync(query, ChatJson.Default.DocumentsPageCase, take, cancellationToken)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The newest reports, and the newest decisions and appeals, newest first; at most 100 of either.</summary>
    public async Task<(IReadOnlyList<Report> Reports, IReadOnlyList<CaseDocument> Decisions)> HistoryAsync(
        CaseId id,
        CancellationToken cancellationToken)
    {
        var reports = QueryAsync(id, new("SELECT TOP 100 * FROM c WHERE c.type = 'report' ORDER BY c.at DESC"), cancellationToken);
        var decisions = QueryAsync(
            id,
            new("SELECT TOP 100 * FROM c WHERE c.type IN ('decision', 'appeal') ORDER BY c.at DESC"),
            cancellationToken);
        return ([.. (await reports).OfType<Report>()], await decisions);
    }

    /// <summary>A page of the evidence, by <c>seq</c>.</summary>
    /// <param name="id">The case.</param>
    /// <param name="after">The document that the page begins after; null for the first page.</param>
    /// <param name="take">How many.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<Evidence>> EvidenceAsync(CaseId id, string? after, int take, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT TOP @take * FROM c WHERE c.id > @after AND c.id < @end ORDER BY c.id")
            .WithParameter("@take", take)
            .WithParameter("@after", after ?? Evidence.Prefix)
            .WithParameter("@end", Evidence.Prefix[..^1] + ';');
        return await _moderation.QueryPartitionAsync(
            query,
            Partition(id),
            ChatJson.Default.DocumentsPageEvidence,
            pageSize: take,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }

    /// <summary>Adds files of which there is a copy by now to evidence that is kept. Idempotent.</summary>
    public async Task AddFilesAsync(
        CaseId id,
        string evidenceId,
        IReadOnlyList<MediaId> files,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (kept, etag) = await _moderation.ReadDocumentAsync(
                evidenceId,
                Partition(id),
                ChatJson.Default.Evidence,
                null,
                cancellationToken);
            var all = (kept?.Photos ?? []).Union(files).ToList();
            if (kept is null || all.Count == kept.Photos?.Count)
            {
                return;
            }

            // As a document of a case: with its type.
            if (await _moderation.TryWriteDocumentAsync<CaseDocument>(
                kept with { Photos = all },
                evidenceId,
                Partition(id),
                etag,
                ChatJson.Default.CaseDocument,
                cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>The messages of the reports that made a case's versions from one to another.</summary>
    public async Task<IReadOnlyList<MessageId>> ReportedAsync(CaseId id, int from, int to, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.type = 'report' AND c.caseVersion >= @from AND c.caseVersion <= @to")
            .WithParameter("@from", from)
            .WithParameter("@to", to);
        var reports = await QueryAsync(id, query, cancellationToken);
        return [.. reports.OfType<Report>().SelectMany(report => report.MessageIds ?? []).Distinct()];
    }

    private async Task KeepAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        await CreateIfAbsentAsync(evidence, cancellationToken);

        // It may be there as what was said around another message, or from when its files couldn't be copied yet.
        if (evidence.ReportedAt is { } at)
        {
            await NoteReportedAsync(evidence, at, cancellationToken);
        }

        if (evidence.Photos is { } files)
        {
            await AddFilesAsync(evidence.CaseId, evidence.Id, files, cancellationToken);
        }
    }

    private async Task NoteReportedAsync(Evidence evidence, DateTimeOffset at, CancellationToken cancellationToken)
    {
        using var noted = await _moderation.PatchItemStreamAsync(
            evidence.Id,
            Partition(evidence.CaseId),
            [PatchOperation.Set("/reportedAt", at)],
            new PatchItemRequestOptions
            {
                FilterPredicate = "FROM c WHERE NOT IS_DEFINED(c.reportedAt)",
                EnableContentResponseOnWrite = false,
            },
            cancellationToken);
        if (noted.StatusCode != HttpStatusCode.PreconditionFailed)
        {
            noted.EnsureSuccessStatusCode();
        }
    }

    private async Task<IReadOnlyList<CaseDocument>> QueryAsync(
        CaseId id,
        QueryDefinition query,
        CancellationToken cancellationToken) =>
        await _moderation.QueryPartitionAsync(
            query,
            Partition(id),
            ChatJson.Default.DocumentsPageCaseDocument,
            pageSize: 100,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    private static PartitionKey Partition(CaseId id) => new(id.Value);

    private static MemoryStream Stream(CaseDocument document) =>
        new(JsonSerializer.SerializeToUtf8Bytes(document, ChatJson.Default.CaseDocument), writable: false);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
