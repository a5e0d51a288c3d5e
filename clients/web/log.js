/**
 * What is known of a conversation's log: messages by seq, and the range from `from` to `to` in which none is missing.
 * Entries may come in any order and more than once.
 */
export class MessageLog {
  from = 1;
  to = 0;
  hasOlder = false;
  isLoaded = false;
  #messages = new Map();
  #beyond = new Set();

  /** Whether entries are known after one that isn't. */
  get hasHole() {
    return this.#beyond.size > 0;
  }

  get messages() {
    return [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Adds a page: what it covers and doesn't list isn't a message. */
  addPage({ messages, fromSeq, toSeq, hasMore }) {
    for (const message of messages) this.#messages.set(message.seq, message);
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

  /** Adds a single entry; not every entry is a message. False if it was known. */
  addEntry(seq, message) {
    const isNew = seq > this.to && !this.#beyond.has(seq);
    if (message) this.#messages.set(seq, message);
    if (isNew) {
      this.#beyond.add(seq);
      if (this.isLoaded) this.#raise(this.to);
    }
    return isNew;
  }

  #raise(to) {
    this.to = Math.max(this.to, to);
    for (const seq of this.#beyond) if (seq <= this.to) this.#beyond.delete(seq);
    while (this.#beyond.delete(this.to + 1)) this.to++;
  }
}
