// What a million messages cost on Azure, and what an idle month does: counts what messages use on a running backend, at the prices
// of local/Inspector/prices.json. Start the backend with --in-memory, then: npm ci --prefix clients/node && node benchmarks/cost.mjs
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const base = process.env.BASE_URL ?? 'http://localhost:7071';
const { HubConnectionBuilder, LogLevel } = createRequire(new URL('../clients/node/', import.meta.url))('@microsoft/signalr');
const { prices, idle } = readPrices();

const scenarios = [
  { name: 'direct, both connected', members: 2, conversations: 20, messages: 600, aSecond: 20 },
  { name: 'group of 20, all connected', members: 20, conversations: 5, messages: 150, aSecond: 5 },
];

const columns = [];
for (const scenario of scenarios) columns.push({ ...scenario, used: await measure(scenario) });

console.log(table(['a message uses', ...columns.map(one => one.name)], prices.map(price => [
  `${price.service}: ${price.unit}`,
  ...columns.map(({ used }) => round(used.get(price))),
])));
console.log();
console.log(table(['a million messages, USD', ...columns.map(one => one.name)], [
  ...prices.map(price => [`${price.service}: ${price.unit}`, ...columns.map(({ used }) => dollars(used.get(price) * 1e6 * price.usd / price.per))]),
  ['all', ...columns.map(({ used }) => dollars(prices.reduce((sum, price) => sum + used.get(price) * 1e6 * price.usd / price.per, 0)))],
]));
console.log();
console.log(table(['an idle month, USD', 'dev', 'prod'], [
  ...idle.map(({ what, dev, prod }) => [what, dollars(dev), dollars(prod)]),
  ['all', ...['dev', 'prod'].map(profile => dollars(idle.reduce((sum, one) => sum + one[profile], 0)))],
]));

/** What one message uses of everything that has a price, from its request to the last look that the sweep takes at it. */
async function measure({ name, members, conversations, messages, aSecond }) {
  const people = Array.from({ length: members }, (_, index) => `${name.split(/\W/)[0]}-${index}`);
  const devices = await Promise.all(people.map(connect));
  const ids = [];
  for (let index = 0; index < conversations; index++) {
    const others = members === 2 ? [`${people[1]}-of-${index}`] : people.slice(1);
    if (members === 2) devices.push(await connect(others[0]));
    const body = members === 2 ? { kind: 'direct', members: others } : { kind: 'group', title: 'Cost', members: others };
    ids.push((await devices[0].post('conversations', body)).conversationId);
  }

  const send = index => devices[0].post(`conversations/${ids[index % ids.length]}/messages`, { clientMessageId: randomUUID(), text: 'Shall we meet at eight, where we met last time?' });
  for (let index = 0; index < conversations; index++) await send(index);
  await settle();
  const before = await readings();
  const sending = [];
  for (let index = 0; index < messages; index++) {
    sending.push(send(index));
    await pause(1000 / aSecond);
  }

  await Promise.all(sending);
  await settle();
  const after = await readings();
  await Promise.all(devices.map(device => device.stop()));
  return new Map(prices.map(price => [price, (unitsOf(price, after) - unitsOf(price, before)) / messages]));
}

/** Longer than the sweep waits before it looks, and than a busy group's lists. */
async function settle() {
  await pause(15_000);
}

async function readings() {
  return (await (await fetch(`${base}/local/meter`)).json()).run.readings;
}

function unitsOf(price, all) {
  return all
    .filter(one => one.service === price.service && one.operation.startsWith(price.operations))
    .reduce((sum, one) => sum + (price.byRequest ? one.requests : one.units), 0);
}

async function connect(user) {
  const { token } = await (await fetch(`${base}/local/token?user=${user}`)).json();
  const connection = new HubConnectionBuilder().withUrl(`${base}/api/realtime`, { accessTokenFactory: () => token }).configureLogging(LogLevel.None).build();
  connection.on('events', () => {});
  await connection.start();
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return {
    stop: () => connection.stop(),
    post: async (path, body) => {
      const answer = await fetch(`${base}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
  };
}

/** Prices for use, and what the profiles of infra/ cost a month without any. Sources and doubts are in docs/operations.md. */
function readPrices() {
  const hours = 730;
  const alwaysReady = 3 * 2 * 2 * hours * 3600 * 0.000004;
  const autoscaleFloor = (4000 + 4000 + 1000) * 0.1;
  return {
    prices: JSON.parse(readFileSync(new URL('../local/Inspector/prices.json', import.meta.url), 'utf8')).prices,
    idle: [
      { what: 'Functions: 3 groups of 2 instances that are ready, of 2 GB', dev: 0, prod: alwaysReady },
      { what: 'Cosmos DB: a tenth of what autoscale goes up to', dev: 0, prod: autoscaleFloor / 100 * 0.012 * hours },
      { what: 'Service Bus Standard', dev: 10, prod: 10 },
      { what: 'SignalR: free unit, Premium unit', dev: 0, prod: 61 },
    ],
  };
}

function table([first, ...heads], rows) {
  return [`| ${[first, ...heads].join(' | ')} |`, `|---|${heads.map(() => '---:|').join('')}`, ...rows.map(row => `| ${row.join(' | ')} |`)].join('\n');
}

function round(number) {
  return Number(number.toPrecision(3)).toString();
}

function dollars(number) {
  return number.toFixed(2);
}
