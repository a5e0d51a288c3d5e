/**
 * What a user wrote and the service doesn't have yet, kept in the browser so that a reload or a crash loses nothing of it. Windows
 * of one user share it, each entry under a key of its own, so that none overwrites what another one keeps.
 */
export class Unsent {
  #prefix;

  constructor(user) {
    this.#prefix = `chat:${encodeURIComponent(user)}:`;
  }

  draft(conversationId) {
    return this.#read(`draft:${conversationId}`) ?? '';
  }

  keepDraft(conversationId, text) {
    if (text) this.#write(`draft:${conversationId}`, text);
    else this.#remove(`draft:${conversationId}`);
  }

  /** What waits to be sent in a conversation, in its order. */
  entries(conversationId) {
    return this.#names(`outbox:${conversationId}:`).map(name => this.#read(name)).sort((a, b) => a.order - b.order);
  }

  keepEntry(conversationId, entry) {
    this.#write(`outbox:${conversationId}:${entry.clientMessageId}`, entry);
  }

  removeEntry(conversationId, clientMessageId) {
    this.#remove(`outbox:${conversationId}:${clientMessageId}`);
  }

  /** The conversations in which something waits to be sent. */
  get conversations() {
    return [...new Set(this.#names('outbox:').map(name => name.split(':')[1]))];
  }

  #names(start) {
    return Object.keys(localStorage)
      .filter(key => key.startsWith(this.#prefix + start))
      .map(key => key.slice(this.#prefix.length));
  }

  #read(name) {
    return JSON.parse(localStorage.getItem(this.#prefix + name));
  }

  #write(name, value) {
    try {
      localStorage.setItem(this.#prefix + name, JSON.stringify(value));
    } catch (error) {
      // The storage is full: it is kept for as long as the page lives.
      if (error.name !== 'QuotaExceededError') throw error;
    }
  }

  #remove(name) {
    localStorage.removeItem(this.#prefix + name);
  }
}
