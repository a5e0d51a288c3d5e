// What a million messages cost on Azure, step by step, and what an idle month and idle users do; and what channels do. Counts what they
// use on a running backend, at the prices of local/Inspector/prices.json. Start the backend with --in-memory and
// Limits__SendsPerMinute=0, then: npm ci --prefix clients -w node && node benchmarks/cost.mjs, or node benchmarks/cost.mjs channels for
// these alone.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const base = process.env.BASE_URL ?? 'http://localhost:7071';
const { HubConnectionBuilder, LogLevel } = createRequire(new URL('../clients/node/', import.meta.url))('@microsoft/signalr');
const hours = 730;
const { prices, ofReserved, idle, standardUnit, premiumUnit } = readPrices();
// The meter counts instances of 2 GB; those of dev have a quarter.
const profiles = {
  dev: price => price.usd / price.per * (price.unit === 'GB-s' ? 0.25 : 1),
  prod: price => ofReserved[price.service + price.unit] ?? price.usd / price.per,
};

const scenarios = [
  { name: 'direct, both connected', members: 2, conversations: 20, messages: 600, aSecond: 20 },
  { name: 'group of 20, all connected', members: 20, conversations: 5, messages: 150, aSecond: 5 },
];

const idleUsers = 200;
// Longer than the five minutes within which a user isn't stamped as seen again.
const idleMinutes = 6;
const returnsAnHour = 1;

// Within the limits: 20 posts a day to a channel, and 60 sends of a user at once, of which following and watching are some.
const channels = { owners: 10, each: 3, watching: 10, times: 450, aSecond: 20 };
const followers = 100_000;

const columns = [];
if (process.argv[2] !== 'channels') await messages();
await ofChannels();

async function messages() {
  for (const scenario of scenarios) columns.push({ ...scenario, each: await measure(scenario) });
  for (const column of columns) column.used = usedOf(column.each);
  const users = await measureIdle();

  console.log(table(['a message uses', ...columns.map(one => one.name)], prices.map(price => [
    `${price.service}: ${price.unit}`,
    ...columns.map(({ used }) => round(used.get(price))),
  ])));
  console.log();
  for (const { name, each, used } of columns) {
    console.log(table(
      [`${name}: a message's`, 'RU', 'Service Bus operations', 'SignalR messages', 'executions', 'GB-s', 'USD a million: dev', 'prod'],
      [...stepsOf(each), ['all', used]].map(([step, its]) => [
        step,
        ...['cosmosRU', 'servicebusoperations', 'signalrmessages', 'functionsexecutions', 'functionsGB-s']
          .map(unit => round(its.get(priceOf(unit)))),
        ...Object.values(profiles).map(usd => dollars(prices.reduce((sum, price) => sum + its.get(price) * 1e6 * usd(price), 0))),
      ])));
    console.log();
  }
  const bills = columns.flatMap(({ name, used }) => Object.entries(profiles).map(
    ([profile, usd]) => ({ name: `${name}: ${profile}`, of: price => used.get(price) * 1e6 * usd(price) })));
  console.log(table(['a million messages, USD', ...bills.map(one => one.name)], [
    ...prices.map(price => [`${price.service}: ${price.unit}`, ...bills.map(one => dollars(one.of(price)))]),
    ['all', ...bills.map(one => dollars(prices.reduce((sum, price) => sum + one.of(price), 0)))],
  ]));
  console.log();
  console.log(table(
    [
      'a million messages on prod, throughput half used, USD',
      ...columns.flatMap(({ name }) => [name, 'share, %', 'within what the fees include']),
    ],
    halfUsed()));
  console.log();
  console.log(table(['a month of 1,000 idle users, USD', 'dev', 'prod'], idleBill(users)));
  console.log();
  console.log(table([`an idle user uses`, `in ${idleMinutes} minutes`, 'for a return'], prices.map(
    price => [`${price.service}: ${price.unit}`, round(users.idle.get(price)), round(users.back.get(price))])));
  console.log();
  console.log(table(['an idle month, USD', 'dev', 'prod'], [
    ...idle.map(({ what, dev, prod }) => [what, dollars(dev), dollars(prod)]),
    ['all', ...['dev', 'prod'].map(profile => dollars(idle.reduce((sum, one) => sum + one[profile], 0)))],
  ]));
}

/** What is done in channels, and what a post costs where many watch. */
async function ofChannels() {
  const steps = await measureChannels();
  const units = ['cosmosRU', 'servicebusoperations', 'signalrmessages', 'functionsexecutions', 'functionsGB-s'];
  const usd = (used, profile) => prices.reduce((sum, price) => sum + used.get(price) * profiles[profile](price), 0);
  console.log();
  console.log(table(
    ['in a channel', 'RU', 'Service Bus operations', 'SignalR messages', 'executions', 'GB-s', 'USD a million: dev', 'prod'],
    steps.map(([what, used]) => [
      what,
      ...units.map(unit => round(used.get(priceOf(unit)))),
      ...Object.keys(profiles).map(profile => dollars(1e6 * usd(used, profile))),
    ])));
  console.log();
  const [[, post]] = steps;
  const pushed = priceOf('signalrmessages');
  console.log(table([`a post to ${followers.toLocaleString('en')} followers, USD`, 'dev', 'prod'], [0, 0.01, 0.1, 1].map(share => {
    const used = new Map(post).set(pushed, share * followers);
    return [`${100 * share} % watch`, ...Object.keys(profiles).map(profile => usd(used, profile).toFixed(6))];
  })));
}

/** What posts, pages of them, follows and reactions use, each of them. */
async function measureChannels() {
  const { owners, each, watching, times, aSecond } = channels;
  const ids = [];
  for (let index = 0; index < owners * each; index++) {
    const owner = await person(`poster-${index % owners}`, 'chat.publisher');
    const { conversationId } = await owner.post('conversations', { kind: 'channel', title: 'Cost' });
    ids.push({ owner, path: `conversations/${conversationId}`, channel: `channels/${conversationId}` });
  }

  const devices = await Promise.all(Array.from({ length: watching }, (_, index) => connect(`viewer-${index}`)));
  for (const device of devices) {
    for (const { channel } of ids) {
      await device.put(`${channel}/subscription`, {});
      await device.post(`${channel}/watch`, {});
    }
  }

  const newcomers = [];
  for (let index = 0; index < times; index++) {
    newcomers.push(await person(`newcomer-${index}`));
    await newcomers[index].get('me/privacy');
  }

  const say = ({ owner, path }, text) => owner.post(`${path}/messages`, { clientMessageId: randomUUID(), text });
  const posts = [];
  for (const one of ids) posts.push(await say(one, 'The first pays for what the others find.'));
  const of = (all, index) => all[index % all.length];
  const steps = [
    [`a post, ${watching} watch`, await use(index => say(of(ids, index), 'Shall we meet at eight, where we met last time?'))],
    ['to follow it', await use(index => newcomers[index].put(`${of(ids, index).channel}/subscription`, {}))],
    ['its newest posts', await use(index => newcomers[index].get(`${of(ids, index).path}/messages`))],
    ['the list of one channel', await use(index => newcomers[index].get('conversations?filter=channels'))],
    ['a reaction', await use(index => newcomers[index].put(
      `${of(ids, index).path}/messages/${of(posts, index).messageId}/reactions/:wave:`))],
  ];
  await Promise.all(devices.map(device => device.stop()));
  return steps;

  async function use(act) {
    await settle();
    const before = await readings();
    const doing = [];
    for (let index = 0; index < times; index++) {
      doing.push(act(index));
      await pause(1000 / aSecond);
    }

    await Promise.all(doing);
    await settle();
    return usedOf(difference(await readings(), before, times));
  }
}

/** How often one message does what, and the billed units of it, from its request to the last list that follows. */
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

  const send = index => devices[0].post(
    `conversations/${ids[index % ids.length]}/messages`,
    { clientMessageId: randomUUID(), text: 'Shall we meet at eight, where we met last time?' });
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
  return difference(after, before, messages);
}

/** What an idle user with a device uses in some minutes, and what one does who comes back: negotiates, connects, and syncs. */
async function measureIdle() {
  const people = Array.from({ length: idleUsers }, (_, index) => `idle-${index}`);
  const devices = await Promise.all(people.map(connect));
  for (let index = 0; index < idleUsers; index += 2) await devices[index]
    .post('conversations', { kind: 'direct', members: [people[index + 1]] });
  await settle();
  const start = await readings();
  await pause(idleMinutes * 60_000);
  const quiet = await readings();
  await Promise.all(devices.map(device => device.stop()));
  for (const person of people) {
    const device = await connect(person);
    await device.get('sync');
    devices.push(device);
  }
  await settle();
  const after = await readings();
  await Promise.all(devices.slice(idleUsers).map(device => device.stop()));
  return { idle: usedOf(difference(quiet, start, idleUsers)), back: usedOf(difference(after, quiet, idleUsers)) };
}

/** A month of 1,000 users who are connected and do nothing, but for coming back once in a while. */
function idleBill({ idle, back }) {
  const bill = (used, times) => Object.values(profiles).map(
    usd => prices.reduce((sum, price) => sum + used.get(price) * usd(price), 0) * times);
  const rows = [
    ['SignalR: a Standard unit, a Premium unit, of 1,000 connections', standardUnit, premiumUnit],
    // Nobody does anything: this is the app's, and the same with more users.
    ['what the meter counts meanwhile', ...bill(idle, idleUsers * hours * 60 / idleMinutes)],
    [`${returnsAnHour} return an hour each: negotiate, sync, last seen`, ...bill(back, 1000 * hours * returnsAnHour)],
  ];
  return [...rows, ['all', ...[1, 2].map(column => rows.reduce((sum, row) => sum + row[column], 0))]]
    .map(([what, ...usd]) => [what, ...usd.map(dollars)]);
}

/** What the meter counts by the step of a message that it belongs to. */
function stepsOf(each) {
  const of = (service, which) => each.filter(one => one.service === service && which(one.operation));
  const [requests, units] = ['requests', 'units']
    .map(what => (service, operation) => of(service, one => one.startsWith(operation)).reduce((sum, one) => sum + one[what], 0));
  const commits = requests('cosmos', 'batch');
  const fanOuts = requests('functions', 'execution:FanOutToMembers');
  const deliveries = requests('functions', 'execution:DeliverEntries');
  const reads = of('cosmos', one => !/^(batch|patch|replace|create)/.test(one)).reduce((sum, one) => sum + one.units, 0);
  const queue = units('servicebus', '');
  const use = ({ ru = 0, bus = 0, pushed = 0, calls = 0, time = 0 }) => new Map(
    [['cosmosRU', ru], ['servicebusoperations', bus], ['signalrmessages', pushed], ['functionsexecutions', calls], ['functionsGB-s', time]]
      .map(([unit, used]) => [priceOf(unit), used]));
  return [
    [
      'accept and commit',
      use({ ru: units('cosmos', 'batch'), calls: requests('functions', 'execution:SendMessage'), time: units('functions', 'active:http') }),
    ],
    ['delivery: send, receive, complete', use({ bus: 3 * commits })],
    ['push', use({ pushed: units('signalr', 'message'), calls: deliveries, time: units('functions', 'active:function:DeliverEntries') })],
    [
      'inboxes',
      use({
        ru: units('cosmos', 'patch') + units('cosmos', 'replace') + units('cosmos', 'create'),
        bus: 3 * fanOuts,
        calls: fanOuts,
        time: units('functions', 'active:function:FanOutToMembers'),
      }),
    ],
    [
      'change feed: reading it, leases, and enqueueing once more',
      use({
        ru: reads,
        bus: queue - 3 * commits - 3 * fanOuts,
        calls: requests('functions', 'execution:ProjectInboxes'),
        time: units('functions', 'active:function:ProjectInboxes'),
      }),
    ],
  ];
}

/**
 * A million messages where half of autoscale's throughput is used: what each service charges, its share, and what is left beyond
 * the monthly fees.
 */
function halfUsed() {
  const charges = columns.map(
    ({ used }) => prices.map(price => used.get(price) * 1e6 * profiles.prod(price) * (price.service === 'cosmos' ? 2 : 1)));
  const isIncluded = price => price.service === 'servicebus' || price.service === 'signalr';
  const sum = all => all.reduce((total, one) => total + one, 0);
  return [
    ...prices.map((price, row) => [
      `${price.service}: ${price.unit}`,
      ...charges.flatMap(all => [dollars(all[row]), (100 * all[row] / sum(all)).toFixed(0), dollars(isIncluded(price) ? 0 : all[row])]),
    ]),
    ['all', ...charges.flatMap(all => [dollars(sum(all)), '100', dollars(sum(all.filter((_, row) => !isIncluded(prices[row]))))])],
  ];
}

function difference(after, before, times) {
  return after.map(({ service, operation, requests, units }) => {
    const first = before.find(one => one.service === service && one.operation === operation) ?? { requests: 0, units: 0 };
    return { service, operation, requests: (requests - first.requests) / times, units: (units - first.units) / times };
  });
}

function usedOf(each) {
  return new Map(prices.map(price => [price, unitsOf(price, each)]));
}

function priceOf(unit) {
  return prices.find(price => price.service + price.unit === unit);
}

/** Longer than lists take to follow. */
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
  const one = await person(user);
  const connection = new HubConnectionBuilder()
    .withUrl(`${base}/api/realtime`, { accessTokenFactory: () => one.token })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('events', () => {});
  await connection.start();
  return { ...one, stop: () => connection.stop() };
}

async function person(user, role) {
  const { token } = await (await fetch(`${base}/local/token?user=${user}${role ? `&role=${role}` : ''}`)).json();
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const ask = method => async (path, body) => {
    const answer = await fetch(`${base}/api/${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return { token, get: ask('GET'), post: ask('POST'), put: ask('PUT') };
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
  const [standardUnit, premiumUnit] = [49.1, 61];
  // Azure's retail prices, 2026.
  const serviceBus = 10;

  const autoscaleFloor = 0.1 * (4000 + 4000 + 1000);
  return {
    prices: JSON.parse(readFileSync(new URL('../local/Inspector/prices.json', import.meta.url), 'utf8')).prices,
    standardUnit,
    premiumUnit,
    ofReserved: { 'functionsGB-s': readyGBsAtWork, cosmosRU: hourOf100RU / 100 / 3600 },
    idle: [
      {
        what: 'functions: 2 groups of an instance of 0.5 GB, 3 groups of 2 of 2 GB that are ready',
        dev: 2 * 0.5 * month * readyGBs,
        prod: 3 * 2 * 2 * month * readyGBs,
      },
      { what: 'cosmos: a tenth of what autoscale goes up to', dev: 0, prod: autoscaleFloor / 100 * hourOf100RU * hours },
      { what: 'servicebus: Standard', dev: serviceBus, prod: serviceBus },
      { what: 'signalr: the free unit, a Premium unit', dev: 0, prod: premiumUnit },
    ],
  };
}

function table([first, ...heads], rows) {
  return [`| ${[first, ...heads].join(' | ')} |`, `|---|${heads.map(() => '---:|').join('')}`, ...rows.map(row => `| ${row.join(' | ')} |`)]
    .join('\n');
}

function round(number) {
  return Number(number.toPrecision(3)).toString();
}

function dollars(number) {
  return number.toFixed(2);
}
