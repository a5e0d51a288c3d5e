// Two users, one message: alice sends over HTTP, bob receives it in realtime. The address of the backend is in BASE_URL.
import { randomUUID } from 'node:crypto';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const base = (process.env.BASE_URL ?? 'http://localhost:7071').replace(/\/$/, '');
const patience = setTimeout(() => fail('Nothing arrived within 55 seconds.'), 55_000);

const [alice, bob] = await Promise.all(['alice', 'bob'].map(connect));
const { conversationId } = await alice.post('conversations', { kind: 'direct', members: ['bob'] });
const text = `Hello, bob: ${randomUUID()}`;
const received = bob.next(event => event.type === 'message.created' && event.data.text === text);
const { seq } = await alice.post(`conversations/${conversationId}/messages`, { clientMessageId: randomUUID(), text });
const event = await received;
if (event.conversationId !== conversationId || event.seq !== seq) fail('Another message arrived than was sent.');

console.log(`bob received message ${seq} of ${conversationId} from ${event.data.senderId}: ${event.data.text}`);
clearTimeout(patience);
await Promise.all([alice.stop(), bob.stop()]);

async function connect(user) {
  const { token } = await json(await fetch(`${base}/local/token?user=${encodeURIComponent(user)}`));
  const listeners = [];
  let session;
  const connection = new HubConnectionBuilder()
    .withUrl(`${base}/api/realtime`, { accessTokenFactory: () => token })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('events', events => events.forEach(event => listeners.forEach(listener => listener(event))));
  await connection.start();
  return {
    // There is one conversation here, so one session: what is sent sees at least what was answered before.
    post: async (path, body) => {
      const ask = () => fetch(`${base}/api/${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...(session && { 'Chat-Session': session }) },
        body: JSON.stringify(body),
      });
      let response = await ask();

      // Whether it was done isn't known then; asked again, the service does it only once.
      while (response.status === 503) {
        await new Promise(resolve => setTimeout(resolve, 1000));
        response = await ask();
      }

      session = response.headers.get('Chat-Session') ?? session;
      return json(response);
    },
    next: isIt => new Promise(resolve => listeners.push(event => isIt(event) && resolve(event))),
    stop: () => connection.stop(),
  };
}

async function json(response) {
  if (!response.ok) fail(`${response.url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
