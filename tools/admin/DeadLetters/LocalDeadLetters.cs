using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;

namespace Chat.Admin.DeadLetters;

/// <summary>Those of a backend on this machine, through the API that its inspector uses.</summary>
internal sealed class LocalDeadLetters(Uri app) : IDeadLetters
{
    private readonly HttpClient _http = new() { BaseAddress = app, DefaultRequestHeaders = { { "X-Chat-Local", "chat-admin" } } };

    public async IAsyncEnumerable<DeadLetter> ListAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = 0L;
        while (await _http.GetFromJsonAsync<Letter[]>($"{Path(queue)}?from={from}", cancellationToken) is { Length: > 0 } page)
        {
            foreach (var letter in page)
            {
                if (await WithBodyAsync(queue, letter, cancellationToken) is { } found)
                {
                    yield return found;
                }
            }

            from = page[^1].SequenceNumber + 1;
        }
    }

    public async Task<DeadLetter?> FindAsync(string queue, long id, CancellationToken cancellationToken) =>
        await GetAsync<Letter>(Path(queue, id), cancellationToken) is { } letter ? await WithBodyAsync(queue, letter, cancellationToken) : null;

    public IAsyncEnumerable<long> ReplayAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ForEachAsync(ids, id => new HttpRequestMessage(HttpMethod.Post, $"{Path(queue, id)}/resubmit"), cancellationToken);

    public IAsyncEnumerable<long> DiscardAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ForEachAsync(ids, id => new HttpRequestMessage(HttpMethod.Delete, Path(queue, id)), cancellationToken);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Path(string queue) => $"local/api/queues/{queue}/dead-lettered";

    private static string Path(string queue, long id) => string.Create(CultureInfo.InvariantCulture, $"{Path(queue)}/{id}");

    private async IAsyncEnumerable<long> ForEachAsync(IReadOnlyList<long> ids, Func<long, HttpRequestMessage> change, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            using var request = change(id);
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.NotFound)
            {
                answer.EnsureSuccessStatusCode();
                yield return id;
            }
        }
    }

    /// <summary>Null when it is gone meanwhile.</summary>
    private async Task<DeadLetter?> WithBodyAsync(string queue, Letter letter, CancellationToken cancellationToken) =>
        await GetAsync<LetterBody>($"{Path(queue, letter.SequenceNumber)}/body", cancellationToken) is { } body
            ? new(
                letter.SequenceNumber,
                letter.MessageId,
                letter.DeadLetterReason,
                letter.DeadLetterDescription,
                letter.EnqueuedAt,
                letter.DeliveryCount,
                body.IsBase64 ? BinaryData.FromBytes(Convert.FromBase64String(body.Text)) : BinaryData.FromString(body.Text))
            : null;

    private async Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(cancellationToken);
    }

    private sealed record Letter(
        long SequenceNumber,
        string MessageId,
        int DeliveryCount,
        DateTimeOffset? EnqueuedAt,
        string? DeadLetterReason,
        string? DeadLetterDescription);

    private sealed record LetterBody(string Text, bool IsBase64);
}
