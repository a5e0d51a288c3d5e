const forgottenAfter = 6000;

/** Who is writing, forgotten 6 s after they last said so. */
export class Typists {
  #changed;
  #timers = new Map();

  constructor(changed) {
    this.#changed = changed;
  }

  get text() {
    const names = [...this.#timers.keys()];
    if (names.length > 2) return 'Several people are writing…';
    return names.length ? `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} writing…` : '';
  }

  started(user) {
    clearTimeout(this.#timers.get(user));
    this.#timers.set(user, setTimeout(() => this.stopped(user), forgottenAfter));
    this.#changed();
  }

  stopped(user) {
    clearTimeout(this.#timers.get(user));
    if (this.#timers.delete(user)) this.#changed();
  }
}

/** Says every 3 s that the user writes, while they do. */
export class OwnTyping {
  #last = 0;
  #say;

  constructor(say) {
    this.#say = say;
  }

  typed() {
    if (Date.now() - this.#last < 3000) return;
    this.#last = Date.now();
    this.#say(true);
  }

  stopped() {
    if (this.#last) this.#say(false);
    this.#last = 0;
  }
}
