using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

public sealed class When_the_backend_is_started_again : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("chat-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Should_have_everything_and_push_to_groups_that_were_made_before()
    {
        string conversation;
        MessageJson before;
        await using (var azure = await LocalAzure.StartAsync(_directory))
        await using (var app = await ChatApp.StartAsync(azure))
        {
            conversation = (await app.As("alice").CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
            before = await app.As("alice").SendAsync(conversation, "before");
            await Eventually.SeesAsync(() => app.As("carol").SummaryAsync(conversation), seen => seen?.LastSeq == before.Seq);
        }

        await using (var azure = await LocalAzure.StartAsync(_directory))
        await using (var app = await ChatApp.StartAsync(azure))
        {
            var carol = app.As("carol");
            await using var phone = await carol.ListenAsync();
            var after = await app.As("bob").SendAsync(conversation, "after");

            Assert.Equal(after, await phone.ReceivesAsync(conversation, "after"));
            Assert.Equal([before, after], await carol.HistoryAsync(conversation));
            Assert.Equal(before.Seq + 1, after.Seq);
        }
    }
}
