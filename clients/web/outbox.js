import { newId } from './id.js';

const longestWait = 30_000;

/**
 * What the user sent in one conversation and the service hasn't confirmed. It goes out one by one, so that it keeps its order, and
 * again under the same clientMessageId for as long as it may succeed, also after the page was loaded anew; what the service refuses
 * waits for the user.
 */
export class Outbox {
  entries;
  #unsent;
  #conversationId;
  #send;
  #changed;
  #isSending = false;
  #wake = () => {};

  constructor(unsent, conversationId, send, changed) {
    this.#unsent = unsent;
    this.#conversationId = conversationId;
    this.#send = send;
    this.#changed = changed;
    this.entries = unsent.entries(conversationId);
    if (this.entries.length) this.#run();
  }

  add(text) {
    const order = Math.max(Date.now(), ...this.entries.map(entry => entry.order + 1));
    const entry = { clientMessageId: newId(), text, at: new Date().toISOString(), order, error: null };
    this.entries.push(entry);
    this.#unsent.keepEntry(this.#conversationId, entry);
    this.#run();
  }

  retry(entry) {
    this.#note(entry, null);
    this.#run();
  }

  /** Forgets an entry: the service has it, or the user doesn't want it. */
  remove(clientMessageId) {
    this.entries = this.entries.filter(entry => entry.clientMessageId !== clientMessageId);
    this.#unsent.removeEntry(this.#conversationId, clientMessageId);
  }

  /** Tries now what waits to be tried again. */
  wake() {
    this.#wake();
  }

  #note(entry, error) {
    entry.error = error;
    this.#unsent.keepEntry(this.#conversationId, entry);
  }

  async #run() {
    if (this.#isSending) {
      this.#changed();
      return;
    }
    this.#isSending = true;
    // Not before whoever makes this outbox has it.
    await Promise.resolve();
    this.#changed();
    let failures = 0;
    for (let entry; (entry = this.entries.find(each => !each.error)); this.#changed()) {
      try {
        await this.#send(entry);
        this.remove(entry.clientMessageId);
        failures = 0;
      } catch (refusal) {
        if (!refusal.isTransient) {
          if (this.entries.includes(entry)) this.#note(entry, refusal.message);
          continue;
        }
        failures++;
        await this.#pause(Math.max(refusal.retryAfter * 1000, Math.random() * Math.min(longestWait, 500 * 2 ** failures)));
      }
    }
    this.#isSending = false;
  }

  #pause(milliseconds) {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
