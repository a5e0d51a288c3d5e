import { $, element, place } from './dom.js';

/** Strangers who ask to write, and groups that invite: each is answered before it is in the list. */
export class Requests {
  #api;
  #accepted;
  #items = [];

  /** @param accepted called with the conversation of a request that the user accepted. */
  constructor(api, accepted) {
    this.#api = api;
    this.#accepted = accepted;
  }

  async refresh() {
    this.#items = (await this.#api.requests()).requests;
    this.#render();
  }

  #render() {
    const count = this.#items.length;
    $('requests').hidden = !count;
    $('request-count').textContent = count;
    place($('request-list'), this.#items.map(item => this.#row(item)));
  }

  #row(item) {
    const { conversationId, kind, from, title, message } = item;
    const name = from.displayName ?? from.userId;
    const button = (textContent, answer) =>
      element('button', { type: 'button', textContent, ariaLabel: `${textContent} ${name}`, onclick: () => this.#answer(answer) });
    const accept = async () => {
      await this.#api.accept(conversationId);
      this.#accepted(conversationId);
    };
    return element('li', {
      className: 'request',
      children: [
        element('span', { className: 'name', textContent: name }),
        element('p', { textContent: kind === 'group' ? `invites you to ${title ?? 'a group'}` : (message?.preview ?? ''), dir: 'auto' }),
        element('div', {
          className: 'buttons',
          children: [
            button('Accept', accept),
            button('Decline', () => this.#api.decline(conversationId, false)),
            button('Block', () => this.#api.decline(conversationId, true)),
          ],
        }),
      ],
    });
  }

  async #answer(answer) {
    $('request-error').textContent = '';
    try {
      await answer();
      await this.refresh();
    } catch (refusal) {
      $('request-error').textContent = refusal.message;
    }
  }
}
