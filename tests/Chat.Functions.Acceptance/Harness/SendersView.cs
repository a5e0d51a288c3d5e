using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// All that whoever wrote to somebody can ask and try in their conversation, with the answers: what is the same here can't be told apart.
/// </summary>
internal static class SendersView
{
    /// <summary>
    /// The answers, without ids and instants. The sender wrote one message, under the id <c>first</c>, and nobody else any.
    /// </summary>
    public static async Task<string> OfAsync(Person sender, string other, string conversation)
    {
        var path = $"/api/conversations/{conversation}";
        var message = Assert.Single((await sender.MessagesAsync(conversation)).Messages).MessageId;
        (string Method, string Path, object? Body)[] all =
        [
            ("POST", "/api/conversations", new { kind = "direct", members = new[] { other } }),
            ("GET", path, null),
            ("GET", $"{path}/messages", null),
            ("GET", $"{path}/events", null),
            ("GET", $"{path}/members", null),
            ("GET", $"{path}/receipts", null),
            ("GET", $"/api/presence?users={other}", null),
            ("GET", $"/api/presence?users={other}&conversationId={conversation}", null),
            ("GET", "/api/conversations", null),
            ("GET", "/api/unread", null),
            ("POST", "/api/users/profiles", new { users = new[] { other } }),
            ("POST", $"{path}/messages", new { clientMessageId = "second", text = "Are you there?" }),
            ("POST", $"{path}/messages", new { clientMessageId = "first", text = "Hello, it's me" }),
            ("POST", $"{path}/messages/batch", new { messages = new[] { new { clientMessageId = "third", text = "?" } } }),
            ("PATCH", $"{path}/messages/{message}", new { text = "Hey" }),
            ("PUT", $"{path}/messages/{message}/reactions/:hey:", null),
            ("PUT", $"{path}/messages/{message}/pin", null),
            ("PATCH", path, new { messageTtl = 60 }),
            ("POST", $"{path}/typing", new { typing = true }),
            ("PUT", $"{path}/read", new { seq = 2 }),
            ("DELETE", $"{path}/messages/{message}", null),
            ("GET", $"{path}/messages", null),
        ];
        var answers = new List<string>();
        foreach (var (method, address, body) in all)
        {
            using var answer = await Person.PatientlyAsync(
                () => sender.SendAsync(new HttpMethod(method), address, body is null ? null : JsonContent.Create(body)));
            var text = await answer.Content.ReadAsStringAsync();
            answers.Add(
                $"{method} {address}: {(int)answer.StatusCode} {WithoutChance(text)}".Replace(
                    message,
                    "{message}",
                    StringComparison.Ordinal));
        }

        return string.Join('\n', answers);
    }

    private static string WithoutChance(string text) => Regex.Replace(
        Regex.Replace(text, @"\d{4}-\d\d-\d\dT[\d:.]+Z", "{instant}", RegexOptions.NonBacktracking),
        "\"messageId\":\"[^\"]*\"",
        "\"messageId\":\"{id}\"",
        RegexOptions.NonBacktracking);
}
