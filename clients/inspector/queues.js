import { change, read } from './api.js';
import { attempt, confirmed, element, link, setText } from './dom.js';
import { count, time } from './format.js';
import { Table } from './table.js';

const kinds = [
  ['active', 'Active', 'active'],
  ['scheduled', 'Scheduled', 'scheduled'],
  ['deferred', 'Deferred', 'deferred'],
  ['in-flight', 'In flight', 'inFlight'],
  ['dead-lettered', 'Dead letters', 'deadLettered'],
];

/** The queues; the messages of one in one state; one message, with its body when asked for. */
export class Queues {
  #queues = new Table('Queues', [
    { title: 'Queue', text: item => item.name },
    ...kinds.map(([kind, title, property]) => ({
      title,
      number: true,
      text: item => count(item.counts[property]),
      href: item => link('queues', item.name, kind),
      quiet: item => item.counts[property] === 0,
      alarming: item => kind === 'dead-lettered' && item.counts[property] > 0,
    })),
  ]);
  #list = element('div');
  #detail = element('div');
  #listed = null;
  #messages = null;
  #opened = null;

  node = element('section', {}, this.#queues.node, this.#list, this.#detail);

  async refresh(signal) {
    const [queue, kind, number] = this.path;
    const [queues, messages, message] = await Promise.all([
      read('api/queues', signal),
      kind && read(`api/queues/${encodeURIComponent(queue)}/${kind}`, signal),
      number && read(`api/queues/${encodeURIComponent(queue)}/${kind}/${number}`, signal),
    ]);
    this.#queues.fill(queues, item => item.name);
    this.#showList(queue, kind, messages);
    this.#showMessage(queue, kind, number, message);
  }

  #showList(queue, kind, messages) {
    if (!messages) {
      this.#listed = null;
      this.#list.replaceChildren();
      return;
    }
    if (this.#listed !== `${queue}/${kind}`) {
      this.#listed = `${queue}/${kind}`;
      this.#messages = messagesOf(queue, kind);
      this.#list.replaceChildren(this.#messages.node);
    }
    this.#messages.fill(messages, item => item.sequenceNumber);
  }

  #showMessage(queue, kind, number, message) {
    if (!number) {
      this.#opened = null;
      this.#detail.replaceChildren();
    } else if (!message) {
      this.#opened = null;
      this.#detail.replaceChildren(element('p', { className: 'hint', textContent: `Message ${number} has left this state.` }));
    } else if (this.#opened !== `${queue}/${kind}/${number}`) {
      this.#opened = `${queue}/${kind}/${number}`;
      const shown = messageNode(queue, kind, message);
      this.#detail.replaceChildren(shown);
      shown.focus();
    }
  }
}

function messagesOf(queue, kind) {
  const title = kinds.find(([name]) => name === kind)[1];
  const when = {
    active: ['Expires', 'expiresAt'],
    scheduled: ['Due', 'scheduledFor'],
    deferred: ['Expires', 'expiresAt'],
    'in-flight': ['Locked until', 'lockedUntil'],
  }[kind];
  const columns = [
    {
      title: 'Number',
      number: true,
      text: item => String(item.sequenceNumber),
      href: item => link('queues', queue, kind, item.sequenceNumber),
    },
    { title: 'Message id', code: true, text: item => item.messageId },
    { title: 'Enqueued', number: true, text: item => time(item.enqueuedAt) },
    { title: 'Deliveries', number: true, text: item => count(item.deliveryCount) },
    { title: 'Bytes', number: true, text: item => count(item.bodyBytes) },
  ];
  if (when) columns.push({ title: when[0], number: true, text: item => time(item[when[1]]) });
  else {
    columns.push(
      { title: 'Reason', wide: true, text: item => [item.deadLetterReason, item.deadLetterDescription].filter(Boolean).join(': ') },
      { title: '', actions: () => letterActions(queue) },
    );
  }
  return new Table(`${queue}: ${title.toLowerCase()}`, columns, { empty: 'None now.', tools: when ? [] : forAll(queue) });
}

function letterActions(queue) {
  const path = item => `api/queues/${encodeURIComponent(queue)}/dead-lettered/${item.sequenceNumber}`;
  return [
    { label: 'Resubmit', run: async item => done(change('POST', path(item) + '/resubmit')) },
    {
      label: 'Discard',
      danger: true,
      run: async item => {
        if (await confirmed(`Delete message ${item.messageId} for good?`, 'Discard')) await done(change('DELETE', path(item)));
      },
    },
  ];
}

function forAll(queue) {
  const path = `api/queues/${encodeURIComponent(queue)}/dead-lettered`;
  const ask = async (question, yes, method, address) => {
    if (await confirmed(question, yes)) await done(change(method, address));
  };
  return [
    element('button', {
      textContent: 'Resubmit all',
      onclick: () => attempt(() => ask(`Send all dead letters of ${queue} again?`, 'Resubmit all', 'POST', path + '/resubmit')),
    }),
    element('button', {
      textContent: 'Discard all',
      className: 'danger',
      onclick: () => attempt(() => ask(`Delete all dead letters of ${queue} for good?`, 'Discard all', 'DELETE', path)),
    }),
  ];
}

function messageNode(queue, kind, message) {
  const known = Object.entries(message).filter(([name, value]) => value != null && name !== 'applicationProperties');
  const others = Object.entries(message.applicationProperties).filter(([name]) => !name.startsWith('DeadLetter'));
  const all = [...known.map(([name, value]) => [words(name), /(At|For|Until)$/.test(name) ? time(value) : String(value)]), ...others];
  const body = element('pre', { hidden: true, tabIndex: 0 });
  body.setAttribute('aria-label', 'Body');
  const show = element('button', { textContent: 'Show body' });
  show.onclick = () => attempt(async () => {
    const found = await read(`api/queues/${encodeURIComponent(queue)}/${kind}/${message.sequenceNumber}/body`);
    if (!found) throw new Error('The message has left this state.');
    setText(body, found.isBase64 ? found.text : pretty(found.text));
    body.hidden = false;
    show.hidden = true;
    body.focus();
  });
  return element('article', { tabIndex: -1 },
    element('h2', { textContent: `Message ${message.sequenceNumber}` }),
    element('dl', {}, ...all.flatMap(([name, value]) => [element('dt', { textContent: name }), element('dd', { textContent: value })])),
    show,
    body);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const words = name => name.replace(/[A-Z]/g, letter => ' ' + letter.toLowerCase()).replace(/^./, letter => letter.toUpperCase());

async function done(changed) {
  await changed;
  dispatchEvent(new Event('changed'));
}
