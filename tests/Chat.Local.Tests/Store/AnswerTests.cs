using Azure.Messaging.ServiceBus;
using Chat.Local.Tests.CosmosDb;
using Chat.Local.Tests.SignalR;
using Xunit;

namespace Chat.Local.Tests.Store;

/// <summary>While the disk takes nothing, no service says that something is done, and none shows what may yet be lost.</summary>
public sealed class AnswerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task No_service_answers_before_the_disk_has_what_it_says()
    {
        await using var azure = await LocalAzure.StartAsync(_directory.Path);
        await using var client = azure.ServiceBus.Connect();
        var (sender, receiver) = (client.CreateSender("deliveries"), client.CreateReceiver("deliveries"));
        await sender.SendMessageAsync(new ServiceBusMessage("earlier"));
        var earlier = await receiver.ReceiveMessageAsync();
        using var cosmos = new HttpClient(new Signer(azure.Cosmos.CreateHandler()))
        {
            BaseAddress = new Uri("http://localhost/dbs/chat/colls/users/docs/"),
        };
        cosmos.DefaultRequestHeaders.Add("x-ms-documentdb-partitionkey", "[\"alice\"]");
        var hub = await azure.SignalR.OpenHubAsync(TimeProvider.System);

        Dictionary<string, Task> answers;
        using (azure.Store.Pause())
        {
            answers = new(StringComparer.Ordinal)
            {
                ["complete"] = receiver.CompleteMessageAsync(earlier),
                ["send"] = sender.SendMessageAsync(new ServiceBusMessage("later")),
                ["receive"] = receiver.ReceiveMessageAsync(),
                ["create"] = PostAsync(cosmos, """{"id":"a","userId":"alice"}"""),
                ["read"] = cosmos.GetAsync(new Uri("a", UriKind.Relative)),
                ["query"] = PostAsync(cosmos, """{"query":"SELECT * FROM c"}""", "x-ms-documentdb-isquery"),
                ["batch"] = PostAsync(
                    cosmos, """[{"operationType":"Create","resourceBody":{"id":"b","userId":"alice"}}]""", "x-ms-cosmos-is-batch-request",
                    "x-ms-cosmos-batch-atomic"),
                ["change feed"] = Task.WhenAll(
                    azure.Cosmos.RangesOf("chat", "users").Select(range => azure.Cosmos.ReadChangesAsync("chat", "users", range, 0, 10))),
                ["user group"] = hub.UserGroups.AddToGroupAsync("alice", "group", TimeSpan.FromHours(1)),
            };
            Assert.Empty(answers.Where(answer => answer.Value.IsCompleted).Select(answer => answer.Key));
        }

        await Task.WhenAll(answers.Values).WaitAsync(SignalR.Eventually.Timeout);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task PostAsync(HttpClient cosmos, string json, params string[] flags)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null) { Content = new StringContent(json) };
        foreach (var flag in flags)
        {
            request.Headers.Add(flag, "True");
        }

        using var response = await cosmos.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
