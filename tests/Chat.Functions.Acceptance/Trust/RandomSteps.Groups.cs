using Chat.Functions.Acceptance.Harness;

namespace Chat.Functions.Acceptance.Trust;

/// <content>In groups.</content>
internal sealed partial class RandomSteps
{
    private Step CreateGroup()
    {
        var (by, others) = (Pick(TrustWorld.Names), Some());
        others.Remove(by);
        if (others.Count == 0)
        {
            return Create();
        }

        var (group, at) = ($"group {++_last}", Instance());
        return new(
            $"{by} creates {group} with {string.Join(", ", others)}", model => GroupState.Create(model, group, by, others), async () =>
        {
            var (answer, json, _) = await world.AskAsync(
                by, at, "POST", "/api/conversations", new { kind = "group", title = group, members = others }, key: group);
            if (answer == TrustModel.Ok)
            {
                world.Ids[group] = json.Text("conversationId")!;
            }

            return answer;
        });
    }

    private Step InGroup()
    {
        var (group, by) = (Pick(Groups), Pick(TrustWorld.Names));
        return random.Next(16) switch
        {
            < 3 => SendToGroup(group, by, mentioned: null),
            3 => SendToGroup(group, by, Pick(TrustWorld.Names)),
            4 when !world.IsStormy => Schedule(by, group, (model, text) => model.Groups[group].Send(by, text)),
            < 7 => Add(group, random.Next(4) == 0 ? by : Admin(group)),
            7 => Remove(group, random.Next(4) == 0 ? by : Admin(group), Pick(TrustWorld.Names)),
            8 => Leave(group, by),
            9 => Promote(group, random.Next(4) == 0 ? by : Admin(group), Pick(TrustWorld.Names)),
            10 => Policy(group, Admin(group)),
            11 => Decide(group, random.Next(4) == 0 ? by : Admin(group)),
            < 14 => Join(group, by),
            _ => AnswerGroup(group, by),
        };
    }

    private Step SendToGroup(string group, string by, string? mentioned)
    {
        var (text, at) = (Plain(), Instance());
        var said = mentioned is null ? text : $"@{mentioned} {text}";
        var body = Harness.Person.Under(text, mentioned is null
            ? new { text }
            : new { text = said, mentions = new[] { new { userId = mentioned, offset = 0, length = mentioned.Length + 1 } } });
        return new($"{by} says {said} in {group}", model => model.Groups[group].Send(by, text, mentioned), async () =>
            (await world.AskAsync(by, at, "POST", $"/api/conversations/{world.Ids[group]}/messages", body, world.Ids[group])).Answer);
    }

    private Step Add(string group, string by, params List<string> users)
    {
        users = users.Count > 0 ? users : [.. Some()];
        users.Remove(by);
        users = users.Count > 0 ? users : [TrustWorld.Names.First(name => name != by)];
        return new(
            $"{by} adds {string.Join(", ", users)} to {group}",
            model => model.Groups[group].AddMembers(model, by, users),
            InGroup(group, by, "POST", "members", new { members = users }));
    }

    private Step Remove(string group, string by, string who) => by == who
        ? Leave(group, who)
        : new($"{by} removes {who} from {group}", model => model.Groups[group].Remove(by, who), InGroup(
            group, by, "DELETE", $"members/{who}"));

    /// <summary>Owners stay: who follows them is another story.</summary>
    private Step Leave(string group, string who)
    {
        if (Model.Groups[group].Members.GetValueOrDefault(who)?.Role == "owner")
        {
            return SendToGroup(group, who, mentioned: null);
        }

        var at = Instance();
        return new($"{who} leaves {group}", model => model.Groups[group].Leave(who), async () =>
        {
            var (answer, _, isRepeat) = await world.AskAsync(
                who, at, "DELETE", $"/api/conversations/{world.Ids[group]}/members/{who}", conversation: world.Ids[group]);

            // A repeat finds that it was done.
            return isRepeat
                && answer == TrustModel.NoConversation && Model.Groups[group].Members.GetValueOrDefault(who) is { IsActive: true }
                ? TrustModel.Ok
                : answer;
        });
    }

    private Step Promote(string group, string by, string who) =>
        new($"{by} makes {who} an admin of {group}", model => model.Groups[group].Promote(by, who), InGroup(
            group, by, "PATCH", $"members/{who}", new { role = "admin" }));

    private Step Policy(string group, string by)
    {
        var takesApproval = random.Next(2) == 0;
        return new(
            $"{by} lets {group} be joined {(takesApproval ? "by approval" : "freely")}",
            model => Change(() => model.Groups[group].TakesApproval = takesApproval),
            InGroup(group, by, "PATCH", "", new { joinPolicy = takesApproval ? "approval" : "open" }));
    }

    private Step Decide(string group, string by)
    {
        var waiting = Model.Groups[group].Members.Where(one => one.Value.State == "requested").Select(one => one.Key).ToList();
        var (who, isApproved) = (waiting.Count > 0 ? Pick(waiting) : Pick(TrustWorld.Names), random.Next(3) > 0);
        return new(
            $"{by} {(isApproved ? "approves" : "rejects")} {who} for {group}",
            model => model.Groups[group].Decide(model, by, who, isApproved),
            InGroup(group, by, "POST", $"join-requests/{who}/{(isApproved ? "approve" : "reject")}"));
    }

    /// <summary>Comes by a link of another admin's, who makes it if need be.</summary>
    private Step Join(string group, string who)
    {
        var admins = Model.Groups[group].Members.Where(one => one.Value is { IsActive: true, Role: not "member" }).Select(one => one.Key)
            .ToList();
        var (maker, at) = (Pick([.. admins.Where(admin => admin != who || admins.Count == 1)]), Instance());
        return new($"{who} comes to {group} by a link of {maker}", model => model.Groups[group].JoinBy(model, who, maker), async () =>
        {
            var id = world.Ids[group];
            while (!world.Codes.ContainsKey((group, maker)))
            {
                var (_, made, _) = await world.AskAsync(maker, at, "POST", $"/api/conversations/{id}/invite-links", new { }, id);
                world.Codes[(group, maker)] = made.Text("code")!;
            }

            return (await world.AskAsync(who, at, "POST", $"/api/invites/{world.Codes[(group, maker)]}/join", conversation: id)).Answer;
        });
    }

    private Step AnswerGroup(string group, string by)
    {
        var (isAccepted, andBlock) = (random.Next(3) > 0, random.Next(4) == 0);
        return new(
            $"{by} {(isAccepted ? "accepts" : andBlock ? "declines and blocks" : "declines")} {group}",
            model => model.Groups[group].Answer(model, by, isAccepted, andBlock),
            Ask(
                by,
                "POST",
                $"/api/requests/{world.Ids[group]}/{(isAccepted ? "accept" : "decline")}",
                isAccepted ? null : new { block = andBlock },
                group))
        {
            Blocking = !isAccepted && andBlock && Model.Groups[group].Members.GetValueOrDefault(by)?.InvitedBy is { } inviter
                ? [by, inviter]
                : [],
        };
    }
}
