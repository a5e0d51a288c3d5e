using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Users;
using Chat.Load.Servers;

namespace Chat.Micro;

/// <summary>What the app itself does for a message, without any service.</summary>
public class AppLoops
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly UserId Ann = new("ann");
    private static readonly MessageContent Content = new() { Text = new string('x', 100) };
    private static readonly Dictionary<string, StoredDocument<ConversationDocument>> NoDocuments = [];
    private static readonly string Authorization = $"Bearer {AccessToken.For("ann")}";

    private readonly ConversationId _conversation = ConversationId.New();
    private readonly TokenValidator _tokens = new(
        new AuthOptions { Issuer = "chat-local", Audience = "chat", SigningKey = AccessToken.SigningKey }, TimeProvider.System);
    private Head _head = null!;
    private ChatEvent[] _events = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _head = new Head
        {
            ConversationId = _conversation,
            Kind = ConversationKind.Direct,
            CreatedBy = Ann,
            CreatedAt = Now,
            LastSeq = 41,
            MessageCount = 40,
            MemberCount = 2,
            Members = [new HeadMember(Ann, MemberRole.Owner), new HeadMember(new UserId("ben"), MemberRole.Member)],
        };
        var message = (Message)DecideAndPlan().Entries[0];
        _events = [new ChatEvent("message.created", _conversation, message.Seq, Now, MessageView.Of(message))];
    }

    [Benchmark(Description = "decide and plan a plain send")]
    public int DecideAndPlanASend() => DecideAndPlan().HeadDocument.Length;

    [Benchmark(Description = "serialise an event for a push")]
    public int SerialiseAnEvent() => JsonSerializer.SerializeToUtf8Bytes(_events, ChatJson.Default.ChatEventArray).Length;

    [Benchmark(Description = "check a token, HS256")]
    public async Task<bool> CheckAToken() => (await _tokens.CheckAsync(Authorization)).Refusal is null;

    private CommitPlan DecideAndPlan()
    {
        var plan = new CommitPlan(_conversation, _head, "etag", _head.Member, NoDocuments, Now);
        plan.Add(
            new PendingAppend(
                new SendMessageCommand(_conversation, Ann, "3d0c6e4c-43f5-4f0e-9d0d-6a3c2d6f9a01", Content, new Limits()), default, null),
            isRecent: false);
        plan.Seal();
        return plan;
    }
}
