using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>Nothing of what is abuse gets through to its victim, by whatever they can see, and the same in innocence does.</summary>
public sealed class When_abuse_is_tried(When_abuse_is_tried.StrictApp stage) : IClassFixture<When_abuse_is_tried.StrictApp>
{
    private static int _last;

    public static TheoryData<string> Tries => [.. Abuse.Corpus.Select(one => one.What)];

    [Theory]
    [MemberData(nameof(Tries))]
    public async Task Should_get_nothing_through(string what)
    {
        var abuse = Abuse.Corpus.Single(one => one.What == what);
        foreach (var isInnocent in new[] { false, true })
        {
            var scene = new Scene(stage.App, stage.Clock, $"{Interlocked.Increment(ref _last)}");
            await using var phone = await scene.Victim.ListenAsync();
            await abuse.TryAsync(scene, isInnocent);
            var seen = await scene.SeenAsync() + string.Concat(phone.Events());
            Assert.True(
                isInnocent == seen.Contains(scene.Mark, StringComparison.Ordinal),
                $"{(isInnocent ? "Innocent" : "Abuse")}: the victim sees {seen}");
        }
    }

    /// <summary>The app with its limits, and with a word that is listed.</summary>
    public sealed class StrictApp : IAsyncLifetime
    {
        private static readonly Dictionary<string, string?> Settings = new(ChatApp.Strict, StringComparer.Ordinal)
        {
            ["Limits:FirstContactsPerDay"] = "20",
            ["Limits:OpenContacts"] = "3",
            ["Limits:EditWindow"] = "01:00:00",
        };

        private LocalAzure? _azure;

        internal JumpingClock Clock { get; } = new();

        internal ChatApp App { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _azure = await LocalAzure.StartAsync(directory: null, time: Clock);
            var list = new { type = "wordList", id = "refused", action = "refuse", words = new[] { Abuse.Listed } };
            await _azure.Cosmos.UpsertDocumentAsync("chat", "settings", "wordList", JsonSerializer.SerializeToUtf8Bytes(list));
            App = await ChatApp.StartAsync(_azure, Settings);
        }

        public async Task DisposeAsync()
        {
            await App.DisposeAsync();
            await _azure!.DisposeAsync();
        }
    }
}
