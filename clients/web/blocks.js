import { $ } from './dom.js';

/** Whom the user blocks, and the button that changes it for the other one of a direct conversation. */
export class Blocks {
  #api;
  #blocked = new Set();
  #peer = null;

  constructor(api) {
    this.#api = api;
    $('block').onclick = () => this.#toggle();
  }

  async refresh() {
    const blocked = new Set();
    let continuation = null;
    do {
      const page = await this.#api.blocks(continuation);
      page.blocks.forEach(({ userId }) => blocked.add(userId));
      ({ continuation } = page);
    } while (continuation);
    this.#blocked = blocked;
    this.#render();
  }

  /** Takes note of `block.updated`. */
  take({ userId, isBlocked }) {
    if (isBlocked) this.#blocked.add(userId);
    else this.#blocked.delete(userId);
    this.#render();
  }

  /** @param peer the other one of the direct conversation on screen; nothing for a group. */
  show(peer) {
    this.#peer = peer;
    this.#render();
  }

  #render() {
    $('block').hidden = !this.#peer;
    $('block').textContent = this.#blocked.has(this.#peer) ? 'Unblock' : 'Block';
  }

  async #toggle() {
    const userId = this.#peer;
    const isBlocked = !this.#blocked.has(userId);
    try {
      await this.#api.block(userId, isBlocked);
      this.take({ userId, isBlocked });
    } catch (refusal) {
      $('status').textContent = refusal.message;
    }
  }
}
