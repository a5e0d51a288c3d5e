import { $, dayOf, element, place } from './dom.js';
import { MessageLog } from './log.js';
import { messageRow } from './message.js';
import { Outbox } from './outbox.js';
import { Typists } from './typists.js';

const nearTheEdge = 60;

/** One conversation: its log as far as it was loaded, what waits to be sent, and how far the user has read. */
export class Conversation {
  log = new MessageLog();
  outbox;
  error = '';
  #api;
  #unsent;
  #read;
  #isShown = false;
  #wasAtEnd = true;
  #nodes = new Map();
  #loading = {};
  #readSeq = 0;
  #typists = new Typists(() => this.#showTypists());

  /** @param read called when the user has read everything there is. */
  constructor(api, unsent, conversationId, read) {
    this.#api = api;
    this.#unsent = unsent;
    this.#read = read;
    this.conversationId = conversationId;
    this.outbox = new Outbox(
      unsent, conversationId, async entry => this.take(await api.send(conversationId, entry)), () => this.render({ toEnd: true }));
  }

  /** What the user began to write. */
  get draft() {
    return this.#unsent.draft(this.conversationId);
  }

  set draft(text) {
    this.#unsent.keepDraft(this.conversationId, text);
  }

  show() {
    this.#isShown = true;
    $('text').value = this.draft;
    $('scroll').onscroll = () => this.#scrolled();
    $('newest').onclick = () => this.render({ toEnd: true });
    this.#showTypists();
    this.render({ toEnd: true });
    return this.refresh();
  }

  hide() {
    this.#isShown = false;
  }

  /** Loads what is newer than what is known; the newest page at first. */
  refresh() {
    return this.#once('newer', async () => {
      for (let isBehind = true; isBehind; ) {
        const [wasLoaded, to] = [this.log.isLoaded, this.log.to];
        const page = await (wasLoaded ? this.#api.events(this.conversationId, to) : this.#api.messages(this.conversationId));
        if (wasLoaded) this.log.addEvents(page);
        else this.log.addPage(page);
        this.render();
        isBehind = this.log.hasHole || (wasLoaded && page.hasMore);
        // A read may be behind what was pushed.
        if (isBehind && this.log.to === to) await new Promise(resolve => setTimeout(resolve, 1000));
      }
    });
  }

  /** Takes in an event of the log; what is missing before it is fetched, unless it arrives in the meantime. */
  add(event) {
    const { type, data } = event;
    this.log.add(event);
    if (type === 'message.created') {
      this.#typists.stopped(data.senderId);
      if (data.senderId === this.#api.user) this.outbox.remove(data.clientMessageId);
    }
    if (this.log.isLoaded && this.log.hasHole) setTimeout(() => this.log.hasHole && this.refresh(), 50 + Math.random() * 250);
    this.render();
  }

  /** Takes in a message that the service answered with; its event tells the rest. */
  take(message) {
    this.log.put(message);
    if (message.senderId === this.#api.user) this.outbox.remove(message.clientMessageId);
    this.render();
  }

  /** Notes who writes. */
  typing({ type, data }) {
    if (data.userId === this.#api.user) return;
    if (type === 'typing.started') this.#typists.started(data.userId);
    else this.#typists.stopped(data.userId);
  }

  /** Whether the user sees the newest message. */
  get isRead() {
    return this.#isShown && document.visibilityState === 'visible' && this.#isAtEnd;
  }

  async markRead() {
    if (!this.isRead || this.log.to <= this.#readSeq) return;
    this.#read();
    const isDone = await this.#once('read', async () => {
      const seq = this.log.to;
      await this.#api.markRead(this.conversationId, seq);
      this.#readSeq = seq;
    });
    if (isDone) this.markRead();
  }

  render({ toEnd = false } = {}) {
    if (!this.#isShown) return;
    const scroll = $('scroll');
    const stay = this.#wasAtEnd || toEnd ? null : scroll.scrollHeight - scroll.scrollTop;
    const first = $('messages').firstChild;
    place($('messages'), this.#rows());
    const wasPrepended = first && first !== $('messages').firstChild;
    if (stay === null) scroll.scrollTop = scroll.scrollHeight;
    else if (wasPrepended) scroll.scrollTop = scroll.scrollHeight - stay;
    $('edge').textContent = this.error || this.#edge;
    this.#scrolled();
  }

  #scrolled() {
    this.#wasAtEnd = this.#isAtEnd;
    $('newest').hidden = this.#wasAtEnd;
    if (this.log.hasOlder && $('scroll').scrollTop < 4 * nearTheEdge) this.#loadOlder();
    this.markRead();
  }

  get #edge() {
    if (!this.log.isLoaded) return 'Loading…';
    return this.log.hasOlder ? 'Loading earlier messages…' : 'This is the beginning.';
  }

  get #isAtEnd() {
    const scroll = $('scroll');
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearTheEdge;
  }

  async #loadOlder() {
    const isDone = await this.#once('older', async () => {
      this.log.addPage(await this.#api.messages(this.conversationId, `beforeSeq=${this.log.from}`));
    });
    if (isDone) this.render();
  }

  /** One request of a kind at a time; a failure is shown until the next one succeeds. False if it failed or one was on its way. */
  async #once(kind, load) {
    if (this.#loading[kind]) return false;
    this.#loading[kind] = true;
    try {
      await load();
      this.error = '';
      return true;
    } catch (refusal) {
      this.error = refusal.message;
      if (this.#isShown) $('edge').textContent = this.error;
      return false;
    } finally {
      this.#loading[kind] = false;
    }
  }

  #showTypists() {
    if (this.#isShown) $('typing').textContent = this.#typists.text;
  }

  /** Does what a button at a message asks for. */
  #act = (message, action) =>
    this.#once(`message ${message.messageId}`, async () => {
      const changed = await action(this.#api);
      if (changed) this.take(changed);
    });

  #rows() {
    const rows = [];
    const before = this.#nodes;
    this.#nodes = new Map();
    const rowOf = (key, make) => {
      this.#nodes.set(key, before.get(key) ?? make());
      return this.#nodes.get(key);
    };
    let previous = null;
    for (const message of this.log.messages) {
      if (!previous || dayOf(previous.at) !== dayOf(message.at)) rows.push(rowOf(`day ${dayOf(message.at)}`, () => dayRow(message)));
      const isContinued = previous?.senderId === message.senderId && dayOf(previous.at) === dayOf(message.at);
      const row = rowOf(`${message.messageId} ${message.updatedSeq}`, () => messageRow(message, this.#api.user, this.#act));
      row.classList.toggle('continued', isContinued);
      rows.push(row);
      previous = message;
    }
    for (const entry of this.outbox.entries) {
      const key = `${entry.clientMessageId} ${entry.error}`;
      rows.push(rowOf(key, () => this.#pendingRow(entry)));
    }
    return rows;
  }

  #pendingRow(entry) {
    const row = messageRow({ ...entry, senderId: this.#api.user }, this.#api.user);
    row.classList.add(entry.error ? 'refused' : 'pending');
    row.querySelector('time').textContent = entry.error ? `Not sent. ${entry.error}` : 'Sending…';
    if (entry.error) {
      const discard = () => {
        this.outbox.remove(entry.clientMessageId);
        this.render();
        $('text').focus();
      };
      row.append(
        element('button', { type: 'button', textContent: 'Try again', onclick: () => this.outbox.retry(entry) }),
        element('button', { type: 'button', textContent: 'Discard', onclick: discard }),
      );
    }
    return row;
  }
}

function dayRow({ at }) {
  return element('li', { className: 'day', textContent: dayOf(at) });
}
