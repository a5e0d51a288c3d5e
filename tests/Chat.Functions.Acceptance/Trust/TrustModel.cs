using System.Text.Json;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>
/// Who may reach whom, as docs/protocol.md says it: what people, follows, settings, blocks, requests and groups come to, without a
/// store, instances and faults. Every step answers as the API does: <c>ok</c>, or the code of the refusal.
/// </summary>
internal sealed class TrustModel
{
    public const string Ok = "ok";
    public const string Open = "open";
    public const string Request = "request";
    public const string Refused = "cannot_message";
    public const string Pending = "request_pending";
    public const string NoRequest = "request_not_found";
    public const string NoConversation = "conversation_not_found";
    public const string NotAllowed = "not_allowed";

    /// <summary>Raised by each jump over the time after which somebody can be asked again.</summary>
    public int Era { get; set; }

    public SortedDictionary<string, PersonState> People { get; set; } = new(StringComparer.Ordinal);

    public SortedSet<string> Follows { get; set; } = new(StringComparer.Ordinal);

    public SortedSet<string> Blocks { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Who declined whom, and in which era last.</summary>
    public SortedDictionary<string, int> Declines { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The direct conversations, by both names.</summary>
    public SortedDictionary<string, PairState> Pairs { get; set; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, GroupState> Groups { get; set; } = new(StringComparer.Ordinal);

    /// <summary>All of it, by which two that are alike are found.</summary>
    public string Fingerprint() => JsonSerializer.Serialize(this);

    public TrustModel Clone() => JsonSerializer.Deserialize<TrustModel>(Fingerprint())!;

    public static string PairOf(string one, string other) => string.CompareOrdinal(one, other) < 0 ? $"{one}|{other}" : $"{other}|{one}";

    public static string Arrow(string from, string to) => $"{from}>{to}";

    public bool IsBlocked(string one, string other) => Blocks.Contains(Arrow(one, other)) || Blocks.Contains(Arrow(other, one));

    /// <summary>The table of first contact.</summary>
    public string Contact(bool isAdd, string from, string to)
    {
        var (sender, recipient) = (People[from], People[to]);
        var (follows, isFollowed) = (Follows.Contains(Arrow(to, from)), Follows.Contains(Arrow(from, to)));
        if (IsBlocked(from, to)
            || sender.IsSuspended
            || recipient.IsSuspended
            || sender.Age == "u16"
            || recipient.Age == "u16"
            || (recipient.Age == "16-17" && sender.Age is "18+" or "unknown" && !follows))
        {
            return Refused;
        }

        var byDefault = recipient.Age == "16-17" ? "noOne" : isAdd ? "friends" : "everyone";
        var audience = (isAdd ? recipient.WhoCanAdd : recipient.WhoCanMessage) ?? byDefault;
        var isAdmitted = audience switch
        {
            "everyone" => true,
            "friends" => follows && isFollowed,
            "following" => follows,
            _ => false,
        };
        return isAdd
            ? audience == "noOne" ? Refused : isAdmitted ? Open : Request
            : !isAdmitted ? Refused : follows ? Open : Request;
    }

    public string Block(string by, string other, bool isActive)
    {
        _ = isActive ? Blocks.Add(Arrow(by, other)) : Blocks.Remove(Arrow(by, other));
        return Ok;
    }

    /// <summary>Creates a direct conversation, or finds it.</summary>
    public string Create(string by, string other)
    {
        if (Pairs.TryGetValue(PairOf(by, other), out var pair))
        {
            return pair.Texts.Count == 0 && IsBlocked(by, other) ? Refused : pair.AskedBy is null ? Open : Request;
        }

        var contact = Contact(isAdd: false, by, other);
        if (contact != Refused)
        {
            Pairs[PairOf(by, other)] = new PairState { AskedBy = contact == Request ? by : null, OpenedBy = by };
        }

        return contact;
    }

    /// <summary>Sends to a direct conversation, by whatever door.</summary>
    /// <param name="by">Who sends.</param>
    /// <param name="other">To whom.</param>
    /// <param name="text">What; no two messages say the same.</param>
    /// <param name="mayAsk">Whether a request may say that.</param>
    public string Send(string by, string other, string text, bool mayAsk)
    {
        var pair = Pairs[PairOf(by, other)];
        if (pair.AskedBy is null || (pair.AskedBy != by && pair.SentIn is not null))
        {
            if (IsBlocked(by, other))
            {
                return Refused;
            }

            pair.AskedBy = null;
            pair.SentIn = null;
        }
        else
        {
            if (pair.SentIn == Era)
            {
                return Pending;
            }

            var contact = Contact(isAdd: false, by, other);
            if (contact == Refused || (contact == Request && !mayAsk))
            {
                return contact == Refused ? Refused : "not_a_request";
            }

            pair.AskedBy = contact == Request ? by : null;
            pair.SentIn = contact == Request ? Era : null;
            pair.IsDeclined = false;
        }

        pair.Wrote.Add(by);
        pair.Texts.Add(new Said { By = by, Text = text });
        return Ok;
    }

    /// <summary>Why nothing but a message can be done that the other one of a direct conversation would notice.</summary>
    public string Notice(string by, string other) =>
        Pairs[PairOf(by, other)].AskedBy is not null ? Pending : IsBlocked(by, other) ? Refused : Ok;

    /// <summary>Whether the other one sees somebody's presence and typing in their direct conversation.</summary>
    public bool Shows(string who, string other) =>
        Pairs.TryGetValue(PairOf(who, other), out var pair) && pair.AskedBy is null && pair.Wrote.Contains(who) && !IsBlocked(who, other);

    public string Edit(string by, string other, string text, string later)
    {
        var refusal = Notice(by, other);
        if (refusal == Ok)
        {
            var said = Pairs[PairOf(by, other)].Texts.Find(one => one.Text == text)!;
            said.Earlier.Add(text);
            said.Text = later;
        }

        return refusal;
    }

    public string TakeBack(string by, string other, string text)
    {
        var said = Pairs[PairOf(by, other)].Texts.Find(one => one.Text == text)!;
        said.IsTakenBack = true;
        return said.By == by ? Ok : NotAllowed;
    }

    /// <summary>Answers a direct request, or what may look like one.</summary>
    public string Answer(string by, string other, bool isAccepted, bool andBlock)
    {
        var pair = Pairs[PairOf(by, other)];
        if (pair.AskedBy is null)
        {
            _ = isAccepted && Declines.Remove(Arrow(by, other));
            return isAccepted ? Ok : NoRequest;
        }

        if (pair.AskedBy == by || pair.SentIn is null || (isAccepted && (pair.IsDeclined || IsBlocked(by, other))))
        {
            return NoRequest;
        }

        if (isAccepted)
        {
            pair.AskedBy = null;
            pair.SentIn = null;
            Declines.Remove(Arrow(by, other));
        }
        else
        {
            pair.IsDeclined = true;
            Declines[Arrow(by, other)] = Era;
        }

        return andBlock ? Block(by, other, isActive: true) : Ok;
    }

    /// <summary>Whether somebody's invitations are shown to nobody: they were declined, and the other one didn't write to them.</summary>
    public bool IsSilentlyDeclined(string by, string who) =>
        Declines.TryGetValue(Arrow(who, by), out var era)
        && era == Era
        && !(Pairs.TryGetValue(PairOf(by, who), out var pair) && pair.AskedBy is null && pair.Wrote.Contains(who));

    /// <summary>The requests that somebody sees: who asks in which conversation.</summary>
    public IEnumerable<string> RequestsTo(string who) =>
    [
        .. from pair in Pairs
           let other = Other(pair.Key, who)
           where other is not null && pair.Value is { SentIn: not null, IsDeclined: false } && pair.Value.AskedBy == other
               && !IsBlocked(who, other)
           select $"{other} in {pair.Key}",
        .. from one in Groups
           let me = one.Value.Members.GetValueOrDefault(who)
           where me is { State: "invited", IsDeclined: false } && !IsBlocked(who, me.InvitedBy!)
           select $"{me.InvitedBy} in {one.Key}",
    ];

    /// <summary>What somebody may be pushed, and may have in their lists: what was said to them, not what they are asked by.</summary>
    public IEnumerable<string> TextsFor(string who) =>
    [
        .. from pair in Pairs
           where Other(pair.Key, who) is not null && (pair.Value.AskedBy is null || pair.Value.AskedBy == who)
           from said in pair.Value.Texts
           from text in said.All()
           select text,
        .. from pair in Pairs
           where Other(pair.Key, who) is not null
           from said in pair.Value.Texts
           where said.By == who
           from text in said.All()
           select text,
        .. from one in Groups
           from said in one.Value.Texts
           where said.To!.Contains(who)
           select said.Text,
    ];

    /// <summary>What asks somebody, which they may see among their requests alone.</summary>
    public IEnumerable<string> AskedOf(string who) =>
        from pair in Pairs
        where Other(pair.Key, who) is { } other && pair.Value.AskedBy == other
        from said in pair.Value.Texts
        select said.Text;

    public static string? Other(string pair, string who)
    {
        var names = pair.Split('|');
        return names[0] == who ? names[1] : names[1] == who ? names[0] : null;
    }
}

/// <summary>What the host app says of somebody, and what they chose.</summary>
internal sealed class PersonState
{
    public string Age { get; set; } = "unknown";

    public bool IsSuspended { get; set; }

    public string? WhoCanMessage { get; set; }

    public string? WhoCanAdd { get; set; }
}

/// <summary>A direct conversation.</summary>
internal sealed class PairState
{
    /// <summary>Who asks by it; null once it is open.</summary>
    public string? AskedBy { get; set; }

    /// <summary>Whose call created it, in whose list it therefore is.</summary>
    public string OpenedBy { get; set; } = "";

    /// <summary>The era in which the request's message was sent; null before.</summary>
    public int? SentIn { get; set; }

    public bool IsDeclined { get; set; }

    public SortedSet<string> Wrote { get; set; } = new(StringComparer.Ordinal);

    public List<Said> Texts { get; set; } = [];
}

/// <summary>A message.</summary>
internal sealed class Said
{
    public string By { get; set; } = "";

    public string Text { get; set; } = "";

    public bool IsTakenBack { get; set; }

    /// <summary>What it said before it was edited.</summary>
    public List<string> Earlier { get; set; } = [];

    /// <summary>Who was in the group when it was sent; null in a direct conversation.</summary>
    public List<string>? To { get; set; }

    /// <summary>Everything that it ever said.</summary>
    public IEnumerable<string> All() => Earlier.Append(Text);
}
