import { Api } from './api.js';
import { Blocks } from './blocks.js';
import { Conversation } from './conversation.js';
import { Conversations, nameOf } from './conversations.js';
import { $ } from './dom.js';
import { newId } from './id.js';
import { isAvailable, listen } from './realtime.js';
import { Requests } from './requests.js';
import { OwnTyping } from './typists.js';
import { Unsent } from './unsent.js';

const nameKey = 'name';

/** After connecting: a list follows its conversations by up to a second, so what was sent just before may show in it only later. */
const laterSyncs = [5_000, 60_000];

$('sign-in').onsubmit = event => {
  event.preventDefault();
  signIn($('name').value);
};
$('sign-out').onclick = () => {
  sessionStorage.removeItem(nameKey);
  location.assign(location.pathname);
};

// A name for each window, so that one browser can be several people.
const name = new URLSearchParams(location.search).get('user') ?? sessionStorage.getItem(nameKey);
if (name) signIn(name);
else askForName();

function askForName(error = '') {
  $('sign-in').hidden = false;
  $('sign-in-error').textContent = error;
  $('name').focus();
}

async function signIn(user) {
  const api = new Api(user);
  try {
    await api.token();
  } catch (refusal) {
    askForName(refusal.message);
    return;
  }
  sessionStorage.setItem(nameKey, user);
  $('sign-in').hidden = true;
  $('chat').hidden = false;
  $('me').textContent = user;
  chat(api);
}

/** Everything after sign-in: the list, the open conversation, and the events that change both. */
function chat(api) {
  const opened = new Map();
  const unsent = new Unsent(api.user);
  let current = null;
  let attempt = null;
  let syncs = [];
  const list = new Conversations(api, open);
  const requests = new Requests(api, refreshUntilListed);
  const blocks = new Blocks(api);
  const ownTyping = new OwnTyping(typing => current && api.typing(current.conversationId, typing).catch(() => {}));

  $('start').onsubmit = start;
  $('composer').onsubmit = send;
  $('text').onkeydown = key;
  $('text').oninput = typed;
  $('back').onclick = close;
  document.onvisibilitychange = () => current?.markRead();
  addEventListener('online', () => opened.forEach(conversation => conversation.outbox.wake()));
  refresh();
  unsent.conversations.forEach(conversationOf);
  if (isAvailable) listen(api, { events: each => each.forEach(take), connected, disconnected });
  else sayThatRealtimeIsMissing();

  function open(conversationId) {
    current?.hide();
    current = conversationOf(conversationId);
    $('chat').classList.add('open');
    $('title').textContent = nameOf(list.get(conversationId));
    blocks.show(list.get(conversationId)?.peer);
    list.select(conversationId);
    current.show();
    $('text').focus();
  }

  function conversationOf(conversationId) {
    if (!opened.has(conversationId)) opened.set(
      conversationId, new Conversation(api, unsent, conversationId, () => list.read(conversationId)));
    return opened.get(conversationId);
  }

  function close() {
    current?.hide();
    current = null;
    $('chat').classList.remove('open');
    list.focus();
    list.select(null);
  }

  async function start(event) {
    event.preventDefault();
    $('start-error').textContent = '';
    const members = [...new Set($('members').value.split(/[\s,]+/).filter(Boolean))];
    const title = $('group-title').value.trim() || undefined;
    const form = JSON.stringify([members, title]);
    if (attempt?.form === form && attempt.isRunning) return;
    // The same form again, because no answer came, is the same group.
    attempt = { form, key: attempt?.form === form ? attempt.key : newId(), isRunning: true };
    const mine = attempt;
    try {
      const created = await api.start(members, title, mine.key);
      attempt = null;
      list.put(summaryOf(created, created.createdAt));
      $('start').reset();
      $('new').open = false;
      open(created.conversationId);
    } catch (refusal) {
      $('start-error').textContent = refusal.message;
    } finally {
      mine.isRunning = false;
    }
  }

  function typed() {
    if (!current) return;
    current.draft = $('text').value;
    if ($('text').value.trim()) ownTyping.typed();
  }

  function send(event) {
    event.preventDefault();
    const text = $('text').value.trim();
    if (!text || !current) return;
    current.outbox.add(text);
    current.draft = $('text').value = '';
    ownTyping.stopped();
  }

  function key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $('composer').requestSubmit();
    } else if (event.key === 'Escape') {
      list.focus();
    }
  }

  /** Pushed events may be repeated, reordered and lost; seq tells. Those without aren't of the log. */
  function take(event) {
    const { type, conversationId, seq, at, data } = event;
    if (!seq) {
      if (type.startsWith('typing.')) opened.get(conversationId)?.typing(event);
      if (type === 'block.updated') blocks.take(data);
      if (type.startsWith('request.')) requests.refresh().catch(refusal => say(refusal.message));
      if (type === 'request.resolved' && data.state === 'accepted') refreshUntilListed(conversationId);
      return;
    }
    if (!list.get(conversationId)) {
      if (type === 'conversation.created') {
        list.put(summaryOf({ ...data, conversationId, lastSeq: seq, memberCount: data.members.length, unreadCount: 0 }, at));
      } else {
        refreshUntilListed(conversationId);
      }
    }
    const conversation = opened.get(conversationId);
    conversation?.add(event);
    if (type !== 'message.created') {
      if (type === 'message.updated' || type === 'message.deleted') list.changed();
      return;
    }
    const isTheirs = data.senderId !== api.user;
    const isNew = list.arrived(data, isTheirs && !conversation?.isRead);
    if (isNew && isTheirs) announce(data);
  }

  function announce({ conversationId, senderId, text }) {
    const isHere = current?.conversationId === conversationId;
    $('announcer').textContent = isHere ? `${senderId}: ${text}` : `New message from ${senderId}`;
  }

  function connected() {
    say('');
    opened.forEach(conversation => conversation.outbox.wake());
    sync();
    syncs = laterSyncs.map(pause => setTimeout(sync, pause));
  }

  function disconnected() {
    say('Reconnecting…');
    syncs.forEach(clearTimeout);
  }

  /**
   * Asks for what was missed. What is on screen reads on in its log: not everything in there moves the list. The others do when
   * they are opened.
   */
  function sync() {
    refresh();
    current?.refresh();
  }

  async function refresh() {
    try {
      await Promise.all([list.refresh(), requests.refresh(), blocks.refresh()]);
    } catch (refusal) {
      say(refusal.message);
    }
  }

  /** The list is made after the push, so that it may not have the conversation at once. */
  async function refreshUntilListed(conversationId) {
    for (const pause of [200, 1000, 5000]) {
      await new Promise(resolve => setTimeout(resolve, pause));
      if (list.get(conversationId)) return;
      await list.refresh().catch(refusal => say(refusal.message));
    }
  }

  /** A conversation as the list has it, of an answer or event that tells its members. */
  function summaryOf({ members, ...conversation }, at) {
    const known = list.get(conversation.conversationId);
    return {
      ...conversation,
      peer: conversation.kind === 'direct' ? members.find(member => member.userId !== api.user)?.userId : undefined,
      lastMessage: known?.lastMessage ?? null,
      activityAt: known?.activityAt ?? at,
    };
  }
}

function say(text) {
  $('status').textContent = text;
}

function sayThatRealtimeIsMissing() {
  say('New messages don’t appear by themselves: the SignalR client comes from npm when the project is built. '
    + 'Install Node.js, build again, or ');
  const reload = document.createElement('button');
  reload.textContent = 'reload';
  reload.onclick = () => location.reload();
  $('status').append(reload);
}
