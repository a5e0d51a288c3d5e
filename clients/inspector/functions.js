import { read, run } from './api.js';
import { element } from './dom.js';
import { count, milliseconds, time } from './format.js';
import { Table } from './table.js';

/** The functions, what runs them, and how it goes. */
export class Functions {
  #table = new Table('Functions', [
    { title: 'Function', text: item => item.name },
    { title: 'Running', number: true, text: item => count(item.runs.running), quiet: item => item.runs.running === 0 },
    { title: 'Done', number: true, text: item => count(item.runs.invocations), quiet: item => item.runs.invocations === 0 },
    {
      title: 'Failed',
      number: true,
      text: item => count(item.runs.failures),
      quiet: item => item.runs.failures === 0,
      alarming: item => item.runs.failures > 0,
    },
    { title: 'p50 ms', number: true, text: item => milliseconds(item.runs.p50), quiet: item => item.runs.p50 == null },
    { title: 'p99 ms', number: true, text: item => milliseconds(item.runs.p99), quiet: item => item.runs.p99 == null },
    { title: 'Kind', text: item => item.kind },
    { title: 'Trigger', text: item => item.target, wide: true, code: true },
    { title: 'Last failure', wide: true, text: item => failure(item.runs.lastFailure) },
    { title: '', actions: item => (item.kind === 'timer' ? [{ label: 'Run now', run: ({ name }) => run(name) }] : []) },
  ]);

  node = element('section', {}, this.#table.node, element('p', {
    className: 'hint',
    textContent: 'Durations are of the last five minutes, to an eighth. A request answered with 500 or more has failed.',
  }));

  async refresh(signal) {
    this.#table.fill(await read('api/functions', signal), item => item.name);
  }
}

const failure = last => (last ? `${time(last.at)}  ${last.type}${last.message && `: ${last.message}`}` : '');
