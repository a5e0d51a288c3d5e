namespace Chat.Functions.Acceptance.Trust;

/// <summary>A group: who is in it, who is invited or waits, and what was said to whom.</summary>
internal sealed class GroupState
{
    public bool TakesApproval { get; set; }

    public SortedDictionary<string, MemberState> Members { get; set; } = new(StringComparer.Ordinal);

    public List<Said> Texts { get; set; } = [];

    public IEnumerable<string> Active => Members.Where(one => one.Value.IsActive).Select(one => one.Key);

    public static string Create(TrustModel model, string group, string by, IReadOnlyList<string> others)
    {
        var adds = others.ToDictionary(other => other, other => Add(model, by, other, others), StringComparer.Ordinal);
        if (adds.ContainsValue(TrustModel.Refused))
        {
            return TrustModel.Refused;
        }

        var created = new GroupState();
        created.Join(by, "owner");
        created.Take(model, by, adds);
        model.Groups[group] = created;
        return TrustModel.Ok;
    }

    public string AddMembers(TrustModel model, string by, IReadOnlyList<string> users)
    {
        if (RefusalOf(by) is { } refusal)
        {
            return refusal;
        }

        var wanted = users.Except(Active).ToList();
        var together = Active.Concat(wanted).ToList();
        var adds = wanted.ToDictionary(user => user, user => Add(model, by, user, together), StringComparer.Ordinal);
        if (adds.ContainsValue(TrustModel.Refused))
        {
            return TrustModel.Refused;
        }

        Take(model, by, adds);
        return TrustModel.Ok;
    }

    /// <summary>Comes by the link of somebody in it.</summary>
    public string JoinBy(TrustModel model, string who, string maker)
    {
        var me = Members.GetValueOrDefault(who);
        if (me is { IsActive: true })
        {
            return TrustModel.Ok;
        }

        if (me is { State: "removed" } || model.IsBlocked(who, maker) || !Active.Any())
        {
            return "invite_not_found";
        }

        if (TakesApproval)
        {
            me ??= Members[who] = new MemberState();
            me.State = "requested";
        }
        else
        {
            Join(who);
        }

        return TrustModel.Ok;
    }

    public string Decide(TrustModel model, string by, string who, bool isApproved)
    {
        if (RefusalOf(by) is { } refusal)
        {
            return refusal;
        }

        switch (Members.GetValueOrDefault(who)?.State, isApproved)
        {
            case ("requested", true) when model.IsBlocked(by, who):
                return TrustModel.Refused;
            case ("requested", true):
                Join(who);
                return TrustModel.Ok;
            case ("requested", false):
                Members[who].State = "removed";
                return TrustModel.Ok;
            case ("active", true) or ("removed", false):
                return TrustModel.Ok;
            default:
                return "join_request_not_found";
        }
    }

    public string Answer(TrustModel model, string who, bool isAccepted, bool andBlock)
    {
        var me = Members.GetValueOrDefault(who);
        if (me is { IsActive: true } && isAccepted)
        {
            return TrustModel.Ok;
        }

        if (me is not { State: "invited" }
            || (isAccepted && (me.IsDeclined || !Active.Any() || Active.Append(me.InvitedBy!).Any(other => model.IsBlocked(who, other)))))
        {
            return TrustModel.NoRequest;
        }

        if (isAccepted)
        {
            Join(who);
        }
        else
        {
            me.IsDeclined = true;
            model.Declines[TrustModel.Arrow(who, me.InvitedBy!)] = model.Era;
        }

        return andBlock && !isAccepted ? model.Block(who, me.InvitedBy!, isActive: true) : TrustModel.Ok;
    }

    public string Leave(string who)
    {
        if (Members.GetValueOrDefault(who) is not { IsActive: true } me)
        {
            return TrustModel.NoConversation;
        }

        (me.State, me.Role) = ("left", "member");
        return TrustModel.Ok;
    }

    public string Remove(string by, string who)
    {
        if (RefusalOf(by) is { } refusal)
        {
            return refusal;
        }

        if (Members.GetValueOrDefault(who) is { } found)
        {
            if (found.IsActive && (found.Role == "owner" || found.Role == Members[by].Role))
            {
                return TrustModel.NotAllowed;
            }

            (found.State, found.Role) = ("removed", "member");
        }

        return TrustModel.Ok;
    }

    public string Promote(string by, string who)
    {
        if (Members.GetValueOrDefault(by) is not { IsActive: true } me)
        {
            return TrustModel.NoConversation;
        }

        if (me.Role != "owner")
        {
            return TrustModel.NotAllowed;
        }

        if (Members.GetValueOrDefault(who) is not { IsActive: true } found)
        {
            return "member_not_found";
        }

        if (found.Role == "owner")
        {
            return TrustModel.NotAllowed;
        }

        found.Role = "admin";
        return TrustModel.Ok;
    }

    /// <summary>Says something to all, by whatever door.</summary>
    /// <param name="by">Who does.</param>
    /// <param name="text">What.</param>
    /// <param name="mentioned">Who is mentioned in it; null for nobody.</param>
    public string Send(string by, string text, string? mentioned = null)
    {
        if (Members.GetValueOrDefault(by) is not { IsActive: true })
        {
            return TrustModel.NoConversation;
        }

        if (mentioned is not null && Members.GetValueOrDefault(mentioned) is not { IsActive: true })
        {
            return "malformed";
        }

        Texts.Add(new Said { By = by, Text = text, To = [.. Active] });
        return TrustModel.Ok;
    }

    /// <summary>Why somebody may not do what takes an admin; null if they may.</summary>
    public string? RefusalOf(string who) =>
        Members.GetValueOrDefault(who) is not { IsActive: true } me ? TrustModel.NoConversation
        : me.Role == "member" ? TrustModel.NotAllowed
        : null;

    /// <summary>What adding somebody comes to. They are asked if a block is between them and anybody whom they would be with.</summary>
    private static string Add(TrustModel model, string by, string who, IReadOnlyList<string> together)
    {
        var contact = model.Contact(isAdd: true, by, who);
        return contact == TrustModel.Open && together.Any(other => other != who && model.IsBlocked(who, other))
            ? TrustModel.Request
            : contact;
    }

    private void Take(TrustModel model, string by, Dictionary<string, string> adds)
    {
        foreach (var (who, contact) in adds)
        {
            if (contact == TrustModel.Open)
            {
                Join(who);
                continue;
            }

            var before = Members.GetValueOrDefault(who);
            if (before is null
                || (before.State != "requested" && before is not { State: "invited", IsDeclined: false } && before.InvitedIn != model.Era))
            {
                var invited = before ?? new MemberState();
                (invited.State, invited.InvitedBy, invited.InvitedIn) = ("invited", by, model.Era);
                invited.IsDeclined = model.IsSilentlyDeclined(by, who);
                Members[who] = invited;
            }
        }
    }

    private void Join(string who, string role = "member") =>
        Members[who] = new MemberState { State = "active", Role = role, From = Texts.Count };
}

/// <summary>Somebody's membership in a group.</summary>
internal sealed class MemberState
{
    public string State { get; set; } = "";

    public string Role { get; set; } = "member";

    public bool IsActive => State == "active";

    public string? InvitedBy { get; set; }

    public int? InvitedIn { get; set; }

    public bool IsDeclined { get; set; }

    /// <summary>How much was said before they joined, which they don't see.</summary>
    public int From { get; set; }
}
