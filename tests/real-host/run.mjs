// Lets one user write to another on a running host: run.mjs URL. The last line is "passed" or "failed", and so is the exit code.
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const { HubConnectionBuilder, LogLevel } = createRequire(join(root, 'clients/node/package.json'))('@microsoft/signalr');
const base = process.argv[2]?.replace(/\/$/, '') ?? fail('Usage: node tests/real-host/run.mjs URL');
setTimeout(() => fail('It took more than 60 seconds.'), 60_000).unref();
process.on('uncaughtException', error => fail(error.message));

// Names of their own, so that a second run finds nothing of the first.
const [alice, bob] = ['alice', 'bob'].map(name => `${name}-${randomUUID()}`);
const tokens = { [alice]: await tokenFor(alice), [bob]: await tokenFor(bob) };

const ready = await ask(alice, 'GET', 'health/ready');
console.log(`ready: ${JSON.stringify(ready.checks)}`);

const { conversationId } = await ask(alice, 'POST', 'conversations', { kind: 'direct', members: [bob] });
const phone = await connect(bob);
const text = `Hello: ${randomUUID()}`;
const pushed = phone.next(event => event.type === 'message.created' && event.data.text === text);
const { seq } = await ask(alice, 'POST', `conversations/${conversationId}/messages`, { clientMessageId: randomUUID(), text });
const event = await pushed;
if (event.conversationId !== conversationId || event.seq !== seq) fail('Another message was pushed than was sent.');
console.log('pushed by SignalR');

const { messages } = await ask(bob, 'GET', `conversations/${conversationId}/messages`);
if (messages.at(-1)?.text !== text) fail('The message is not in the history.');
console.log('read by HTTP');

let entry;
while (entry?.lastMessage?.preview !== text || entry.unreadCount !== 1) {
  const { conversations } = await ask(bob, 'GET', 'conversations');
  entry = conversations.find(one => one.conversationId === conversationId);
}
console.log('in the list, unread');
await phone.stop();
console.log('passed');
process.exit(0);

/** A token from the local host, or one signed with the key of local.settings.json. */
async function tokenFor(user) {
  const answer = await fetch(`${base}/local/token?user=${user}`);
  if (answer.ok) return (await answer.json()).token;
  const { Values: settings } = JSON.parse(readFileSync(join(root, 'local.settings.json'), 'utf8'));
  const part = json => Buffer.from(JSON.stringify(json)).toString('base64url');
  const claims = { sub: user, iss: settings.Auth__Issuer, aud: settings.Auth__Audience, exp: Math.floor(Date.now() / 1000) + 3600 };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', settings.Auth__SigningKey).update(signed).digest('base64url')}`;
}

async function connect(user) {
  const listeners = [];
  const connection = new HubConnectionBuilder()
    .withUrl(`${base}/api/realtime`, { accessTokenFactory: () => tokens[user] })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('events', events => events.forEach(event => listeners.forEach(listener => listener(event))));
  await connection.start();
  return {
    next: isIt => new Promise(resolve => listeners.push(event => isIt(event) && resolve(event))),
    stop: () => connection.stop(),
  };
}

/** Asks, and again while the app says that it can't just now, as clients do. */
async function ask(user, method, path, body) {
  const response = await fetch(`${base}/api/${path}`, {
    method,
    headers: { Authorization: `Bearer ${tokens[user]}`, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  if (response.status === 503) return ask(user, method, path, body);
  if (!response.ok) fail(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function fail(reason) {
  console.error(reason);
  console.log('failed');
  process.exit(1);
}
