import { $, element, place, shortTimeOf } from './dom.js';

/** The user's conversations, newest activity first; arrow keys move through them. */
export class Conversations {
  #api;
  #open;
  #items = new Map();
  #nodes = new Map();
  #continuation = null;
  #current = null;
  #refreshing = 0;

  constructor(api, open) {
    this.#api = api;
    this.#open = open;
    $('more').onclick = () => this.#load(this.#continuation);
    $('conversations').onkeydown = event => this.#move(event);
  }

  get(conversationId) {
    return this.#items.get(conversationId);
  }

  async refresh() {
    await this.#load(null);
  }

  /** Adds one, or what is newer about it. */
  put(conversation) {
    const known = this.#items.get(conversation.conversationId);
    // The list is a projection and may be behind what was pushed.
    const isBehind = (known?.lastMessage?.seq ?? 0) > (conversation.lastMessage?.seq ?? 0);
    if (!isBehind) this.#items.set(conversation.conversationId, { ...known, ...conversation });
    this.render();
  }

  /** Takes note of a message that arrived. False if the list knew it or a newer one. */
  arrived({ conversationId, seq, senderId, text, at }, isUnread) {
    const known = this.#items.get(conversationId);
    if (!known || seq <= (known.lastMessage?.seq ?? 0)) return false;
    known.lastMessage = { seq, senderId, preview: text.slice(0, 100), at };
    known.activityAt = at;
    if (isUnread) known.unreadCount++;
    this.render();
    return true;
  }

  /** Takes note that a message was edited or taken back: the list may show it, so it is asked for again. */
  changed() {
    clearTimeout(this.#refreshing);
    this.#refreshing = setTimeout(() => this.refresh().catch(() => {}), 1000);
  }

  read(conversationId) {
    const known = this.#items.get(conversationId);
    if (known?.unreadCount) {
      known.unreadCount = 0;
      this.render();
    }
  }

  select(conversationId) {
    this.#current = conversationId;
    this.render();
  }

  focus() {
    (this.#nodes.get(this.#current) ?? $('conversations').firstChild)?.firstChild.focus();
  }

  render() {
    const sorted = [...this.#items.values()].sort((a, b) => b.activityAt.localeCompare(a.activityAt));
    place($('conversations'), sorted.map(item => this.#node(item)));
    $('more').hidden = !this.#continuation;
    const unread = sorted.reduce((sum, item) => sum + item.unreadCount, 0);
    document.title = unread ? `(${unread}) Chat` : 'Chat';
  }

  async #load(continuation) {
    const page = await this.#api.conversations(continuation);
    if (continuation || !this.#items.size) this.#continuation = page.continuation;
    for (const conversation of page.conversations) this.put(conversation);
    this.render();
  }

  #node(item) {
    let node = this.#nodes.get(item.conversationId);
    if (!node) {
      node = element(
        'li', { children: [element('button', { className: 'conversation', onclick: () => this.#open(item.conversationId) })] });
      this.#nodes.set(item.conversationId, node);
    }
    const { lastMessage, unreadCount } = item;
    const who =
      lastMessage?.senderId === this.#api.user ? 'You: ' : lastMessage && item.kind === 'group' ? `${lastMessage.senderId}: ` : '';
    const button = node.firstChild;
    button.setAttribute('aria-current', item.conversationId === this.#current);
    button.replaceChildren(
      element('span', { className: 'name', textContent: nameOf(item) }),
      element('time', { dateTime: item.activityAt, textContent: shortTimeOf(item.activityAt) }),
      element('span', {
        className: 'preview',
        textContent: lastMessage ? who + (lastMessage.isUnsent ? 'Taken back' : lastMessage.preview) : 'No messages yet',
      }),
    );
    if (unreadCount) {
      const label = element('span', { className: 'unseen', textContent: ' unread' });
      button.append(element('span', { className: 'unread', textContent: unreadCount, children: [label] }));
    }
    return node;
  }

  #move(event) {
    const buttons = [...$('conversations').querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  }
}

export const nameOf = conversation => conversation.peer ?? conversation.title ?? 'Group';
