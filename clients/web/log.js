/**
 * What is known of a conversation's log: messages by seq, and the range from `from` to `to` in which none is missing.
 * Entries may come in any order and more than once; of two versions of a message the one with the higher updatedSeq stays.
 */
export class MessageLog {
  from = 1;
  to = 0;
  hasOlder = false;
  isLoaded = false;
  #messages = new Map();
  #beyond = new Map();

  /** Whether entries are known after one that isn't. */
  get hasHole() {
    return this.#beyond.size > 0;
  }

  get messages() {
    return [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Adds a page: what it covers and doesn't list isn't a message. */
  addPage({ messages, fromSeq, toSeq, hasMore }) {
    for (const message of messages) this.put(message);
    if (!this.isLoaded) {
      this.isLoaded = true;
      this.from = fromSeq;
      this.hasOlder = hasMore;
      this.#raise(toSeq);
    } else if (fromSeq < this.from) {
      this.from = fromSeq;
      this.hasOlder = hasMore;
    } else {
      this.#raise(toSeq);
    }
  }

  /** Takes in a page of events, which covers a range like a page of messages. */
  addEvents({ events, toSeq }) {
    for (const event of events) if (event.seq > this.to) this.#apply(event);
    this.#raise(toSeq);
  }

  /**
   * Takes in a single event, in its turn: a message shows at once, what changes one when nothing before is missing. False if it was
   * known.
   */
  add(event) {
    if (event.seq <= this.to || this.#beyond.has(event.seq)) return false;
    if (event.type === 'message.created') this.put(event.data);
    this.#beyond.set(event.seq, event);
    if (this.isLoaded) this.#raise(this.to);
    return true;
  }

  /** Takes in a message, unless a newer version of it is known. */
  put(message) {
    const known = this.#messages.get(message.seq);
    if (!known || known.updatedSeq <= message.updatedSeq) this.#messages.set(message.seq, message);
  }

  #raise(to) {
    this.to = Math.max(this.to, to);
    for (const seq of this.#beyond.keys()) if (seq <= this.to) this.#beyond.delete(seq);
    while (this.#beyond.has(this.to + 1)) {
      this.#apply(this.#beyond.get(this.to + 1));
      this.#beyond.delete(++this.to);
    }
  }

  #apply({ type, seq, at, data }) {
    if (type === 'message.created') this.put(data);
    else if (type === 'message.updated' && data.message) this.put(data.message);
    else this.#change(type, data.messageId, seq, { at, ...data });
  }

  #change(type, messageId, updatedSeq, change) {
    const message = messageId && this.messages.find(one => one.messageId === messageId);
    if (!message || message.updatedSeq >= updatedSeq) return;
    const { at, by, key } = change;
    const changed = {
      'message.deleted': () => ({ text: '', reactions: [], revision: 0, editedAt: undefined, unsentAt: at, unsentBy: by }),
      'reaction.added': () => ({ reactions: withReaction(message.reactions, key, by) }),
      'reaction.removed': () => ({ reactions: withoutReaction(message.reactions, key, by) }),
    }[type]?.();
    if (changed) this.put({ ...message, ...changed, updatedSeq });
  }
}

function withReaction(all, key, user) {
  const one = all.find(reaction => reaction.key === key);
  if (!one) return [...all, { key, count: 1, users: [user] }];
  return all.map(reaction => (reaction === one ? { ...one, count: one.count + 1, users: [...one.users, user] } : reaction));
}

function withoutReaction(all, key, user) {
  return all
    .map(one => (one.key === key ? { ...one, count: one.count - 1, users: one.users.filter(other => other !== user) } : one))
    .filter(one => one.count > 0);
}
