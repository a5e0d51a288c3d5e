// How each rule of who may reach whom is broken (docs/protocol.md, first contact to blocks), and the test that must fail then.
// `find` occurs once in its file.
const acceptance = { project: 'Chat.Functions.Acceptance' };
const byTable = { ...acceptance, test: 'Trust.When_first_contact_is_made.Should_come_to_what_the_table_says' };
const byAbuse = { ...acceptance, test: 'Trust.When_abuse_is_tried.Should_get_nothing_through' };
const byModel = { ...acceptance, test: 'Trust.When_trust_meets_a_model.Should_let_nobody_reach_whom_they_may_not_and_everybody_else' };
const byLinks = { ...acceptance, test: 'Trust.When_refusals_are_compared.Should_be_alike_for_every_link_that_lets_nobody_in' };
const byRequests = { ...acceptance, test: 'Trust.When_refusals_are_compared.Should_be_alike_whatever_became_of_a_request' };
const byContacts = { ...acceptance, test: 'Trust.When_refusals_are_compared.Should_be_alike_where_there_is_no_conversation_yet' };
const byOpened = { ...acceptance, test: 'Trust.When_refusals_are_compared.Should_be_alike_where_nothing_was_asked_yet' };

export const trust = [
  // First contact
  {
    rule: 'First contact: A block, either way, refuses it',
    file: 'functions/Trust/FirstContact.cs',
    find: 'if (facts.IsBlocked || !facts.AreBothActive)',
    replace: 'if (!facts.AreBothActive)',
    ...byTable,
  },
  {
    rule: 'First contact: Those under 16 make none',
    file: 'functions/Trust/FirstContact.cs',
    find: 'if (sender == AgeBand.Under16\n            || recipient == AgeBand.Under16',
    replace: 'if (recipient == AgeBand.Under16',
    ...byTable,
  },
  {
    rule: 'First contact: Adults make none with those of 16 and 17 who don\'t follow them',
    file: 'functions/Trust/FirstContact.cs',
    find: 'recipient == AgeBand.From16To17 && sender == AgeBand.Adult && !facts.Follows',
    replace: 'recipient == AgeBand.From16To17 && sender == AgeBand.Adult && facts.Follows',
    ...byTable,
  },
  {
    rule: 'First contact: Nobody makes any with who is banned',
    file: 'functions/Trust/ContactPolicy.cs',
    find: 'standings.Of(sender).MayMakeFirstContact() && standings.Of(recipient) < Standing.Banned',
    replace: 'standings.Of(sender).MayMakeFirstContact()',
    ...byTable,
  },
  {
    rule: 'First contact: Whom both block is invited beside them and not added',
    file: 'functions/Trust/ContactPolicy.cs',
    find: 'var asked = contact == Contact.Open && kept.Contains(user) ? Contact.Request : contact;',
    replace: 'var asked = contact;',
    ...byAbuse,
  },
  {
    rule: 'First contact: Who declined somebody hears of no other invitation of theirs',
    file: 'functions/Trust/ContactPolicy.cs',
    find: 'return asked == Contact.Request && declined.Contains(user) ? Contact.SilentlyDeclined : asked;',
    replace: 'return asked;',
    ...byAbuse,
  },
  {
    rule: 'First contact: A refusal is the same for every reason',
    file: 'functions/Conversations/CreateConversation.cs',
    find: 'return AppendResult.Refused(Problems.CannotMessage);',
    replace: 'return AppendResult.Refused(Problems.CannotMessage with { Detail = wanted.Others[0].Value });',
    ...byContacts,
  },
  {
    rule: 'First contact: Nobody is added who wasn\'t looked at',
    file: 'functions/Members/AddMembers.cs',
    find: ': SeenMembers is { } seen && seen != head.MembersVersion ?',
    replace: ': SeenMembers is { } seen && seen > head.MembersVersion ?',
    ...byModel,
  },
  // Requests
  {
    rule: 'Requests: One message until it is answered',
    file: 'functions/Messages/SendMessage.cs',
    find: 'return request.IsSentWithin(_limits.RequestWindow, now) ? Problems.RequestPending\n            : Contact is null',
    replace: 'return Contact is null',
    ...byAbuse,
  },
  {
    rule: 'Requests: It says one short thing',
    file: 'functions/Messages/SendMessage.cs',
    find: '            : Contact == Trust.Contact.Request && !_content.IsRequest(_limits.RequestText)'
      + ' ? Problems.NotARequest(_limits.RequestText)\n',
    replace: '',
    ...byAbuse,
  },
  {
    rule: 'Requests: First contact decides on its message, too',
    file: 'functions/Messages/SendMessage.cs',
    find: ': Contact == Trust.Contact.Refused || head.IsBlocked ? Problems.CannotMessage',
    replace: ': head.IsBlocked ? Problems.CannotMessage',
    ...byOpened,
  },
  {
    rule: 'Requests: Everything else waits for the answer',
    file: 'functions/Trust/Reach.cs',
    find: 'head.Request is not null || head.Restricts(actor) ?',
    replace: 'head.Restricts(actor) ?',
    ...byRequests,
  },
  {
    rule: 'Requests: Nothing of them is shown to the sender until then',
    file: 'functions/Conversations/Head.cs',
    find: 'Request is null && Member(member) is { SentSeq: > 0 }',
    replace: 'Member(member) is { SentSeq: > 0 }',
    ...byModel,
  },
  {
    rule: 'Requests: It is pushed to nobody and in nobody\'s list',
    file: 'functions/Delivery/MemberListCache.cs',
    find: '.Where(member => !head.IsRequestTo(member.UserId))',
    replace: '',
    ...byModel,
  },
  {
    rule: 'Requests: Opening one doesn\'t put it in the list of who is asked',
    file: 'functions/Conversations/CreateConversation.cs',
    find: 'if (!head.IsRequestTo(user.Id))',
    replace: 'if (head.LastSeq > 0)',
    ...byModel,
  },
  {
    rule: 'Requests: While either blocks the other none can be accepted',
    file: 'functions/Requests/AnswerRequestCommand.cs',
    find: '(RequestState.Pending, true) when !head.IsBlocked =>',
    replace: '(RequestState.Pending, true) =>',
    ...byModel,
  },
  {
    rule: 'Requests: While either blocks the other none is listed',
    file: 'functions/Requests/ListRequests.cs',
    find: 'return [.. open.Where(note => !blocked.ContainsKey(note.By)).Select(',
    replace: 'return [.. open.Select(',
    ...byModel,
  },
  {
    rule: 'Requests: A block keeps somebody from joining those with whom it is',
    file: 'functions/Requests/AcceptRequest.cs',
    find: 'return (isApart ? Contact.Refused : Contact.Open, head.MembersVersion);',
    replace: 'return (isApart ? Contact.Open : Contact.Open, head.MembersVersion);',
    ...byModel,
  },
  {
    rule: 'Requests: Who declined isn\'t invited again',
    file: 'functions/Requests/Invitations.cs',
    find: '\n            && !(before.InvitedAt + Window > now));',
    replace: ');',
    ...byAbuse,
  },
  {
    rule: 'Requests: No title that is a link is shown',
    file: 'functions/Requests/ListRequests.cs',
    find: ' && !Links.AreIn(title) && (',
    replace: ' && (',
    ...byAbuse,
  },
  {
    rule: 'Requests: Nobody is invited by a title that is a link',
    file: 'functions/RateLimits/FirstContactLimits.cs',
    find: 'Links.Refusal(isStranger: true, title ?? "") ?? await CountTodayAsync',
    replace: 'await CountTodayAsync',
    project: 'Chat.Functions.Acceptance',
    test: 'When_somebody_does_too_much_in_a_day.Should_invite_so_many_strangers_to_groups_and_never_by_a_link',
  },
  {
    rule: 'Requests: Three wait for an answer at most',
    file: 'functions/RateLimits/OpenContacts.cs',
    find: 'refusal = open.Count >= most && open.All',
    replace: 'refusal = open.Count > most && open.All',
    ...byAbuse,
  },
  // Blocks
  {
    rule: 'Blocks: Neither sends',
    file: 'functions/Messages/SendMessage.cs',
    find: 'return head.IsBlocked ? Problems.CannotMessage : null;',
    replace: 'return null;',
    ...byAbuse,
  },
  {
    rule: 'Blocks: Neither does what the other would notice',
    file: 'functions/Trust/Reach.cs',
    find: '        : head.IsBlocked ? Problems.CannotMessage\n',
    replace: '',
    ...byAbuse,
  },
  {
    rule: 'Blocks: Neither sees the other\'s presence and typing',
    file: 'functions/Conversations/Head.cs',
    find: '!IsBlocked && !IsRestricted && ShowsReceipts(member)',
    replace: '!IsRestricted && ShowsReceipts(member)',
    ...byModel,
  },
  {
    rule: 'Blocks: No link lets in whom its maker blocks',
    file: 'functions/Invites/JoinByInvite.cs',
    find: '(await blocks.BetweenAsync(user.Id, [maker], cancellationToken)).Count > 0)',
    replace: '(await blocks.BetweenAsync(user.Id, [maker], cancellationToken)).Count > 1)',
    ...byLinks,
  },
  // Content
  {
    rule: 'Content: Edits are screened',
    file: 'functions/Hooks/MessageScreening.cs',
    find: 'var screened = await filter.ScreenAsync(new MessageContent { Text = text }, cancellationToken);\n        if (screened.IsHeld)',
    replace: 'var screened = new MessageContent { Text = text };\n        if (screened.IsHeld)',
    ...byAbuse,
  },
  {
    rule: 'Content: A poll\'s options are screened',
    file: 'functions/Content/ContentFilter.cs',
    find: 'Refusal = screened.Exists(one => one.IsRefused)',
    replace: 'Refusal = text.IsRefused',
    ...byAbuse,
  },
  {
    rule: 'Content: What nobody sees hides no word',
    file: 'functions/Content/FoldedText.cs',
    find: 'if (!Unseen.IsIgnorable(rune))',
    replace: 'if (rune.Value > 0)',
    ...byAbuse,
  },
  {
    rule: 'Content: Accents hide no word that is listed without',
    file: 'functions/Content/WordList.cs',
    find: 'if (Accents == WordAccents.Ignored)',
    replace: 'if (Accents == WordAccents.Distinct)',
    ...byAbuse,
  },

  // Logs
  {
    rule: 'Logs: What fails in Cosmos DB is logged without ids of documents',
    file: 'functions/Telemetry/FailureLogging.cs',
    find: 'exception is null ? null : LoggedException.Of(exception)',
    replace: 'exception',
    ...acceptance,
    test: 'When_people_use_the_app_and_operators_read_its_log.Should_name_no_user_when_Cosmos_DB_fails',
  },
  {
    rule: 'Logs: The host is told of failures without ids of documents',
    file: 'functions/Telemetry/FailureLogging.cs',
    find: 'ExceptionDispatchInfo.Throw(shown);',
    replace: 'throw;',
    project: 'Chat.Functions.Tests',
    test: 'Telemetry.ShowFailuresTests.Names_no_document_of_an_operation_that_was_cut_short',
  },
];
