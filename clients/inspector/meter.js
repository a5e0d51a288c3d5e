import { read } from './api.js';
import { element, setText } from './dom.js';
import { count, hundredths, priceOf, span, tenths, usd } from './format.js';
import { Table } from './table.js';

const spans = [['minute', 'Last minute'], ['hour', 'Last hour'], ['run', 'This run']];

/** What Azure would bill for what happens here. */
export class Meter {
  #bill = new Table('What Azure would bill', [
    { title: 'Service', text: item => item.service },
    { title: 'Unit', text: item => item.unit },
    ...spans.flatMap(([name, title]) => [
      { title, number: true, text: item => unitsOf(item, item[name].units), quiet: item => item[name].units === 0 },
      { title: '$', number: true, text: item => (item[name].usd == null ? '–' : usd(item[name].usd)), quiet: item => !item[name].usd },
    ]),
  ]);
  #operations = new Table('Operations', [
    { title: 'Service', text: item => item.service },
    { title: 'Operation', code: true, text: item => item.operation },
    ...spans.flatMap(([name, title]) => [
      { title, number: true, text: item => count(item[name]?.requests ?? 0), quiet: item => !item[name] },
      { title: 'Units', number: true, text: item => tenths(item[name]?.units ?? 0), quiet: item => !item[name]?.units },
    ]),
  ], { empty: 'Nothing yet.' });
  #prices = new Table('Prices', [
    { title: 'Service', text: item => item.service },
    { title: 'Price', number: true, text: item => priceOf(item.usd) },
    { title: 'For', text: item => (item.per === 1 ? `1 ${item.unit}` : `${count(item.per)} ${item.unit}`) },
    { title: 'Of', text: item => item.date },
    { title: 'Note', wide: true, text: item => item.note },
    { title: 'Source', wide: true, text: item => item.source },
  ]);
  #running = element('p', { className: 'hint' });
  #besides = element('p', { className: 'hint' });

  node = element('section', {}, this.#bill.node, this.#running, this.#operations.node, this.#prices.node, this.#besides);

  async refresh(signal) {
    const meter = await read('meter', signal);
    this.#bill.fill([...lines(meter), ...totals(meter)], item => item.service + item.unit);
    this.#operations.fill(operations(meter), item => item.service + item.operation);
    this.#prices.fill(meter.prices.prices, item => item.service + item.unit);
    setText(
      this.#running, `This run: ${span(meter.runningSeconds)}. List prices in US dollars, collected ${meter.prices.date}; see below.`);
    setText(this.#besides, `Not counted: ${meter.prices.notCounted.join('; ')}.`);
  }
}

function unitsOf({ unit }, value) {
  if (value == null) return '';
  return unit === 'GB-s' ? hundredths(value) : count(value);
}

const bySpan = make => Object.fromEntries(spans.map(([name]) => [name, make(name)]));

const lines = meter => meter.run.bill.lines.map((line, index) => ({ ...line, ...bySpan(name => meter[name].bill.lines[index]) }));

const totals = meter => [
  { service: 'Total', unit: '', ...bySpan(name => ({ usd: meter[name].bill.usd })) },
  {
    service: 'Per thousand',
    unit: 'messages accepted',
    ...bySpan(name => ({ units: meter[name].bill.messagesAccepted, usd: meter[name].bill.usdPerThousandMessages })),
  },
];

function operations(meter) {
  const find = ({ service, operation }) => name => meter[name].readings.find(
    reading => reading.service === service && reading.operation === operation);
  return meter.run.readings.map(reading => ({ service: reading.service, operation: reading.operation, ...bySpan(find(reading)) }));
}
