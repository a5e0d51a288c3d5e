// What a million messages cost on Azure, and what an idle month does: counts what messages use on a running backend, at the prices
// of local/Inspector/prices.json. Start the backend with --in-memory, then: npm ci --prefix clients/node && node benchmarks/cost.mjs
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const base = process.env.BASE_URL ?? 'http://localhost:7071';
const { HubConnectionBuilder, LogLevel } = createRequire(new URL('../clients/node/', import.meta.url))('@microsoft/signalr');
const hours = 730;
const { prices, ofReserved, idle } = readPrices();
// The meter counts instances of 2 GB; those of dev have a quarter.
const profiles = { dev: price => price.usd / price.per * (price.unit === 'GB-s' ? 0.25 : 1), prod: price => ofReserved[price.service + price.unit] ?? price.usd / price.per };

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
const bills = columns.flatMap(({ name, used }) => Object.entries(profiles).map(([profile, usd]) => ({ name: `${name}: ${profile}`, of: price => used.get(price) * 1e6 * usd(price) })));
console.log(table(['a million messages, USD', ...bills.map(one => one.name)], [
  ...prices.map(price => [`${price.service}: ${price.unit}`, ...bills.map(one => dollars(one.of(price)))]),
  ['all', ...bills.map(one => dollars(prices.reduce((sum, price) => sum + one.of(price), 0)))],
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

/** Prices for use, those that differ where capacity is reserved, and what the profiles of infra/ cost a month without any use. */
function readPrices() {
  const month = hours * 3600;
  // From memory: the table that Azure publishes shows no figures to those who don't ask as a browser.
  const readyGBs = 0.000004;
  const readyGBsAtWork = 0.000016;
  // 1.5 times the documented 0.008 for manual throughput, which is from memory.
  const hourOf100RU = 0.012;
  // A secondary source without a date: plavos.com/blog/azure-signalr-service-pricing-unit-instance-messages
  const premiumUnit = 61;
  // Azure's retail prices, 2026.
  const serviceBus = 10;

  const autoscaleFloor = 0.1 * (4000 + 4000 + 1000);
  return {
    prices: JSON.parse(readFileSync(new URL('../local/Inspector/prices.json', import.meta.url), 'utf8')).prices,
    ofReserved: { 'functionsGB-s': readyGBsAtWork, cosmosRU: hourOf100RU / 100 / 3600 },
    idle: [
      { what: 'functions: 2 groups of an instance of 0.5 GB, 3 groups of 2 of 2 GB that are ready', dev: 2 * 0.5 * month * readyGBs, prod: 3 * 2 * 2 * month * readyGBs },
      { what: 'cosmos: a tenth of what autoscale goes up to', dev: 0, prod: autoscaleFloor / 100 * hourOf100RU * hours },
      { what: 'servicebus: Standard', dev: serviceBus, prod: serviceBus },
      { what: 'signalr: the free unit, a Premium unit', dev: 0, prod: premiumUnit },
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
