const longestWait = 30_000;

/**
 * What the user sent in one conversation and the service hasn't confirmed. It goes out one by one, so that it keeps its order, and again under
 * the same clientMessageId for as long as it may succeed; what the service refuses waits for the user.
 */
export class Outbox {
  entries = [];
  #send;
  #changed;
  #isSending = false;
  #wake = () => {};

  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
  }

  add(text) {
    this.entries.push({ clientMessageId: newId(), text, at: new Date().toISOString(), error: null });
    this.#run();
  }

  retry(entry) {
    entry.error = null;
    this.#run();
  }

  /** Forgets an entry: the service has it, or the user doesn't want it. */
  remove(clientMessageId) {
    this.entries = this.entries.filter(entry => entry.clientMessageId !== clientMessageId);
  }

  /** Tries now what waits to be tried again. */
  wake() {
    this.#wake();
  }

  async #run() {
    this.#changed();
    if (this.#isSending) return;
    this.#isSending = true;
    let failures = 0;
    for (let entry; (entry = this.entries.find(each => !each.error)); this.#changed()) {
      try {
        await this.#send(entry);
        this.remove(entry.clientMessageId);
        failures = 0;
      } catch (refusal) {
        if (!refusal.isTransient) {
          entry.error = refusal.message;
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

/** crypto.randomUUID is there on secure origins only; a phone in the same network may come over plain HTTP. */
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
