import { $, dayOf, element, place, timeOf } from './dom.js';
import { MessageLog } from './log.js';
import { Outbox } from './outbox.js';

const nearTheEdge = 60;

/** One conversation: its log as far as it was loaded, what waits to be sent, and how far the user has read. */
export class Conversation {
  log = new MessageLog();
  outbox;
  draft = '';
  error = '';
  #api;
  #read;
  #isShown = false;
  #wasAtEnd = true;
  #nodes = new Map();
  #loading = {};
  #readSeq = 0;

  /** @param read called when the user has read everything there is. */
  constructor(api, conversationId, read) {
    this.#api = api;
    this.#read = read;
    this.conversationId = conversationId;
    this.outbox = new Outbox(async entry => this.add(await api.send(conversationId, entry)), () => this.render({ toEnd: true }));
  }

  show() {
    this.#isShown = true;
    $('text').value = this.draft;
    $('scroll').onscroll = () => this.#scrolled();
    $('newest').onclick = () => this.render({ toEnd: true });
    this.render({ toEnd: true });
    return this.refresh();
  }

  hide() {
    this.#isShown = false;
    this.draft = $('text').value;
  }

  /** Loads what is newer than what is known; the newest page at first. */
  refresh() {
    return this.#once('newer', async () => {
      for (let isBehind = true; isBehind; ) {
        const [wasLoaded, to] = [this.log.isLoaded, this.log.to];
        const page = await this.#api.messages(this.conversationId, wasLoaded ? `afterSeq=${to}` : '');
        this.log.addPage(page);
        this.render();
        isBehind = this.log.hasHole || (wasLoaded && page.hasMore);
        // A read may be behind what was pushed.
        if (isBehind && this.log.to === to) await new Promise(resolve => setTimeout(resolve, 1000));
      }
    });
  }

  /** Adds a message that was pushed, or that the service answered with. False if it was known. */
  add(message) {
    if (message.senderId === this.#api.user) this.outbox.remove(message.clientMessageId);
    const isNew = this.addEntry(message.seq, message);
    this.render();
    return isNew;
  }

  /** Adds a log entry; what is missing before it is fetched, unless it arrives in the meantime. */
  addEntry(seq, message) {
    const isNew = this.log.addEntry(seq, message);
    if (this.log.isLoaded && this.log.hasHole) setTimeout(() => this.log.hasHole && this.refresh(), 50 + Math.random() * 250);
    return isNew;
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

  #rows() {
    const rows = [];
    let previous = null;
    for (const message of this.log.messages) {
      if (!previous || dayOf(previous.at) !== dayOf(message.at)) rows.push(this.#row(`day ${dayOf(message.at)}`, () => dayRow(message)));
      const isContinued = previous?.senderId === message.senderId && dayOf(previous.at) === dayOf(message.at);
      const row = this.#row(message.messageId, () => messageRow(message, message.senderId === this.#api.user));
      row.classList.toggle('continued', isContinued);
      rows.push(row);
      previous = message;
    }
    for (const entry of this.outbox.entries) {
      const key = `${entry.clientMessageId} ${entry.error}`;
      rows.push(this.#row(key, () => this.#pendingRow(entry)));
    }
    return rows;
  }

  #row(key, make) {
    if (!this.#nodes.has(key)) this.#nodes.set(key, make());
    return this.#nodes.get(key);
  }

  #pendingRow(entry) {
    const row = messageRow({ ...entry, senderId: this.#api.user }, true);
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

function messageRow({ senderId, text, at }, isMine) {
  return element('li', {
    className: isMine ? 'message mine' : 'message',
    children: [
      element('span', { className: isMine ? 'sender unseen' : 'sender', textContent: isMine ? 'You' : senderId }),
      element('p', { textContent: text, dir: 'auto' }),
      element('time', { dateTime: at, title: new Date(at).toLocaleString(), textContent: timeOf(at) }),
    ],
  });
}

function dayRow({ at }) {
  return element('li', { className: 'day', textContent: dayOf(at) });
}
