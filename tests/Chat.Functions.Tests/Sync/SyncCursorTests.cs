using Chat.Functions.Shared;
using Chat.Functions.Sync;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Sync;

public class SyncCursorTests
{
    private const int Entries = 6;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public void Is_read_as_it_was_written_by_its_user_in_its_store_for_thirty_days()
    {
        var (alice, cursor) = (new UserId("alice"), new SyncCursor(Start.ToUnixTimeSeconds(), 17, $"inbox:{ConversationId.New()}"));
        foreach (var one in new[] { cursor, cursor with { After = null }, SyncCursor.FromTheStart(Start) })
        {
            var text = one.ToText(alice, 1);
            Assert.Equal(one, SyncCursor.Parse(text, alice, 1, Start.AddDays(30)));
            Assert.Null(SyncCursor.Parse(text, alice, 1, Start.AddDays(30).AddSeconds(1)));
            Assert.Null(SyncCursor.Parse(text, alice, 2, Start));
            Assert.Null(SyncCursor.Parse(text, new UserId("bob"), 1, Start));
        }
    }

    [Fact]
    public void Is_not_read_from_anything_else()
    {
        var text = SyncCursor.FromTheStart(Start).ToText(new UserId("alice"), 1);
        Prop.ForAll(Gen.Choose(0, text.Length - 1).ToArbitrary(), ArbMap.Default.ArbFor<char>(), (at, character) =>
        {
            // Numbers in it may be others: they are only their own user's.
            var isNumber = at > text.IndexOf('.', StringComparison.Ordinal) && char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(character);
            var read = SyncCursor.Parse(text[..at] + character + text[(at + 1)..], new UserId("alice"), 1, Start);
            return read is null || isNumber || character == text[at];
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>
    /// What is stored may show late, by up to the overlap and in any order; rounds may take long, and entries change while they do.
    /// </summary>
    [Fact]
    public void Misses_nothing_that_shows_within_the_overlap()
    {
        var step = Gen.Choose(0, 3).SelectMany(what => Gen.Choose(0, Entries - 1).SelectMany(
            entry => Gen.Choose(0, (int)SyncCursor.Overlap).Select(delay => (what, entry, delay))));
        Prop.ForAll(step.ArrayOf().Resize(200).ToArbitrary(), steps =>
        {
            var store = new Store();
            var cursor = SyncCursor.FromTheStart(store.Now);
            var known = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (what, entry, delay) in steps)
            {
                switch (what)
                {
                    case 0:
                        store.Write(entry, delay);
                        break;
                    case 1:
                        store.Now += TimeSpan.FromSeconds(delay * 2);
                        break;
                    default:
                        ReadPage();
                        break;
                }
            }

            store.Now += TimeSpan.FromSeconds(SyncCursor.Overlap + 1);
            for (var rounds = 0; rounds < 2; rounds += cursor.After is null ? 1 : 0)
            {
                ReadPage();
            }

            return store.Latest.All(latest => known.GetValueOrDefault(latest.Id) == latest.Version);

            void ReadPage()
            {
                cursor = cursor.At(store.Now);
                var found = store.Find(cursor, 3);
                foreach (var stored in found.Take(2))
                {
                    cursor = cursor.Served(stored.At, stored.Id);
                    known[stored.Id] = Math.Max(known.GetValueOrDefault(stored.Id), stored.Version);
                }

                cursor = found.Count > 2 ? cursor : cursor.Ended();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    /// <summary>Entries with the second in which each version was stored and the instant from which it shows.</summary>
    private sealed class Store
    {
        private readonly List<(string Id, int Version, long At, DateTimeOffset ShowsAt)> _versions = [];

        public DateTimeOffset Now { get; set; } = Start;

        public IEnumerable<(string Id, int Version, long At)> Latest =>
            _versions.Where(version => version.ShowsAt <= Now)
                .GroupBy(version => version.Id, StringComparer.Ordinal)
                .Select(versions => versions.MaxBy(version => version.Version))
                .Select(latest => (latest.Id, latest.Version, latest.At));

        public void Write(int entry, int delay)
        {
            var id = $"entry-{entry}";
            _versions.Add((id, _versions.Count(version => version.Id == id) + 1, Now.ToUnixTimeSeconds(), Now.AddSeconds(delay)));
        }

        public List<(string Id, int Version, long At)> Find(SyncCursor cursor, int take) =>
            [.. Latest
                .Where(
                    one => one.At > cursor.From || (one.At == cursor.From && string.CompareOrdinal(one.Id, cursor.After ?? "") > 0))
                .OrderBy(one => one.At)
                .ThenBy(one => one.Id, StringComparer.Ordinal)
                .Take(take)];
    }
}
