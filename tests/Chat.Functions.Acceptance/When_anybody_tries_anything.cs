using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Messages;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// The table of docs/protocol.md says who may do what; here everybody tries everything. A new operation is one more row there and
/// here.
/// </summary>
public partial class When_anybody_tries_anything
{
    private const int Walks = 4;

    /// <summary>What changes when an operation is allowed; nothing ever does when it is refused.</summary>
    private enum Effect
    {
        None,

        /// <summary>Something of the conversation.</summary>
        Conversation,

        /// <summary>Only what the caller's own list has of it.</summary>
        Own,
    }

    [Fact]
    public void Should_have_a_row_for_every_operation()
    {
        Assert.Equal(
            ProtocolTable.Read().Select(row => row.Operation).Order(StringComparer.Ordinal), Operations.Keys.Order(StringComparer.Ordinal));
        var functions = from type in typeof(SendMessage).Assembly.GetTypes()
                        from method in type.GetMethods()
                        let function = method.GetCustomAttribute<FunctionAttribute>()
                        where function is not null
                        from parameter in method.GetParameters()
                        where parameter.GetCustomAttribute<HttpTriggerAttribute>()
                            ?.Route?.StartsWith("conversations/{conversationId}", StringComparison.Ordinal) == true
                        select function.Name;
        Assert.Equal(
            functions.Order(StringComparer.Ordinal),
            Operations.Values.Select(operation => operation.Function).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>Whether something is so already, or can't be done any more, is told only to those who may do it.</summary>
    private enum Target
    {
        Usual,

        /// <summary>There is nothing to do: whoever may is told so, and nothing changes.</summary>
        Already,

        /// <summary>It can't be done: whoever may is told why.</summary>
        Impossible,
    }

    [Fact]
    public Task Should_be_as_the_table_says() => Task.WhenAll(Enumerable.Range(0, Walks).Select(walk => WalkAsync(Target.Usual, walk)));

    [Fact]
    public Task Should_be_as_the_table_says_where_there_is_nothing_to_do() => WalkAsync(Target.Already);

    [Fact]
    public Task Should_be_as_the_table_says_where_it_cannot_be_done() => WalkAsync(Target.Impossible);

    /// <summary>Tries every row, or those that are this walk's of several side by side.</summary>
    private static async Task WalkAsync(Target target, int? walk = null)
    {
        // Time jumps ahead at each step: what may be done for some minutes is to be allowed to the end.
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:Pins"] = "50",
            ["Limits:InviteLinks"] = "50",
            ["Limits:UnsendWindow"] = "1.00:00:00",
            ["Limits:EditWindow"] = "1.00:00:00",
        };
        await using var app = await ChatApp.StartAsync(settings: settings, time: new JumpingClock());
        var (group, direct) = (await TriedConversation.GroupAsync(app), await TriedConversation.DirectAsync(app));
        var blocked = await TriedConversation.DirectAsync(app, "ann", "ben");
        var restricted = await TriedConversation.DirectAsync(app, "cat", "dan");
        var otherwise = new List<string>();
        var rows = ProtocolTable.Read().Where(row => Operations[row.Operation].To(target) is not null);
        foreach (var row in rows.Where((_, index) => walk is null || index % Walks == walk))
        {
            (string Cell, string[] Callers, TriedConversation In, string? Between)[] columns =
            [
                (row.Owner, ["owner"], group, null), (row.Admin, ["admin"], group, null), (row.Member, ["member"], group, null),
                (row.Direct, ["alice", "bob"], direct, null), (row.Blocked, ["ann", "ben"], blocked, "blocks"),
                (row.Restricts, ["cat"], restricted, "restrictions"), (row.Others, TriedConversation.Others, group, null),
            ];
            (string Cell, int Member)[] asking = target == Target.Usual ? [(row.Asks, 0), (row.IsAsked, 1)] : [];
            foreach (var (cell, n) in asking.Where(one => one.Cell.Length > 0))
            {
                // Each in a request of its own: what is done to one may answer it.
                var scene = await TriedConversation.RequestAsync(await app.StrictAsync());
                var about = await Operations[row.Operation].About(scene, scene.Members[n]);
                otherwise.AddRange(await TryAsync(scene, row.Operation, about, scene.Members[n], cell));
            }

            foreach (var (cell, callers, place, between) in columns.Where(
                column => column.Cell.Length > 0 && !(column.Between is not null && IsRetry(row, target))))
            {
                foreach (var caller in callers.Select(app.As))
                {
                    var operation = Operations[row.Operation];
                    var scene = place == group && operation.IsLast && cell == "yes" ? await TriedConversation.GroupAsync(app) : place;
                    var about = await operation.To(target)!(scene, caller);
                    if (between is not null)
                    {
                        await scene.Owner.DoAsync("PUT", $"/api/{between}/{scene.Members[1].Name}");
                    }

                    otherwise.AddRange(await TryAsync(scene, row.Operation, about, caller, cell, target, between is not null));
                    if (between is not null)
                    {
                        await scene.Owner.DoAsync("DELETE", $"/api/{between}/{scene.Members[1].Name}");
                    }
                }
            }
        }

        Assert.True(otherwise.Count == 0, string.Join(Environment.NewLine, otherwise));
    }

    /// <summary>A message that is sent again is answered with the first one, whatever became of the two since.</summary>
    private static bool IsRetry(ProtocolRow row, Target target) => row.Operation == "send a message" && target == Target.Already;

    [Fact]
    public async Task Should_find_nothing_once_the_conversation_is_deleted()
    {
        await using var app = await ChatApp.StartAsync(time: new JumpingClock());
        var group = await TriedConversation.GroupAsync(app);
        var abouts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, operation) in Operations)
        {
            abouts[name] = await operation.About(group, group.Owner);
        }

        await group.Owner.DoAsync("DELETE", group.Path);
        foreach (var (name, about) in abouts)
        {
            Assert.Empty(await TryAsync(group, name, about, group.Owner, "404"));
        }
    }

    /// <summary>Tries something, and tells what is otherwise than the table says.</summary>
    private static async Task<List<string>> TryAsync(
        TriedConversation scene,
        string name,
        string about,
        Person caller,
        string cell,
        Target target = Target.Usual,
        bool isBlocked = false)
    {
        var operation = Operations[name];
        var path = scene.Path + string.Format(CultureInfo.InvariantCulture, operation.Path, about);
        var before = await scene.LookAsync(caller);
        using var answer = await Person.PatientlyAsync(() => caller.SendAsync(
            new HttpMethod(operation.Method), path, operation.Body is null ? null : JsonContent.Create(operation.Body(about))));
        var after = await scene.LookAsync(caller);
        var effect = before.Conversation != after.Conversation ? Effect.Conversation : before.Own != after.Own ? Effect.Own : Effect.None;
        var (isAsExpected, expected) = (cell, target) switch
        {
            ("yes", Target.Usual) => (
                answer.IsSuccessStatusCode, (isBlocked ? operation.WhereBlocked : null) ?? operation.Effect),
            ("yes", Target.Already) => (answer.IsSuccessStatusCode, Effect.None),
            ("yes", _) => (answer.StatusCode == HttpStatusCode.Conflict, Effect.None),
            _ => (answer.StatusCode == (HttpStatusCode)int.Parse(cell, CultureInfo.InvariantCulture), Effect.None),
        };
        return isAsExpected && effect == expected
            ? []
            : [$"{name} ({target}), by {caller.Name}: expected {cell} and a change of {expected}; "
                + $"seen {(int)answer.StatusCode} and a change of {effect}. {await answer.Content.ReadAsStringAsync()}"];
    }
}
