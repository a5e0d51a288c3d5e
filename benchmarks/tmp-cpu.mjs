// How soon the page shows a conversation of 100,000 messages that the device has, and whether it stutters while somebody scrolls in it.
//
//     CHAT_URL=http://localhost:7071 node benchmarks/long-conversation.mjs
//
// against a backend without rate limits (Limits__SendsPerMinute=0). MESSAGES, RUNS and SECONDS (of scrolling) may be others.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';

const clients = new URL('../clients/web/package.json', import.meta.url);
const { chromium } = createRequire(clients)('playwright-core');
const base = (process.env.CHAT_URL ?? 'http://localhost:7071').replace(/\/?$/, '/');
const [count, runs, seconds] = ['MESSAGES', 'RUNS', 'SECONDS'].map((name, index) => Number(process.env[name] ?? [100_000, 7, 20][index]));
const run = Date.now().toString(36);
const [alice, bob] = [`alice-${run}`, `bob-${run}`];

async function caller(user) {
  const { token } = await (await fetch(`${base}local/token?user=${user}`)).json();
  return async (method, path, body) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${base}api/${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : await answer.json();
  };
}

const words = 'we could meet at the station tomorrow before it gets too hot and then walk along the river'.split(' ');
const textOf = index =>
  `${index}: ${Array.from({ length: 3 + (index % 17) }, (_, word) => words[(index + word * 7) % words.length]).join(' ')}`;

/** A direct conversation in which both have said much. */
async function fill() {
  const callers = [await caller(alice), await caller(bob)];
  const { conversationId } = await callers[0]('POST', 'conversations', { kind: 'direct', members: [bob] });
  for (let from = 0; from < count; from += 50) {
    const messages = Array.from({ length: Math.min(50, count - from) }, (_, index) => ({
      clientMessageId: (from + index).toString(16),
      text: textOf(from + index),
    }));
    await callers[(from / 50) % 2]('POST', `conversations/${conversationId}/messages/batch`, { messages });
  }
  const { lastSeq } = await callers[0]('GET', `conversations/${conversationId}`);
  await callers[0]('PUT', `conversations/${conversationId}/read`, { seq: lastSeq });
  return { conversationId, lastSeq, ask: callers[0] };
}

/** Puts all messages where the client keeps them, as its pages would if somebody had scrolled through all of them. */
async function keep(page, { conversationId, lastSeq, ask }) {
  let bytes = 0;
  for (let after = 0, hasMore = true; hasMore; ) {
    const answer = await ask('GET', `conversations/${conversationId}/messages?limit=100&afterSeq=${after}`);
    const messages = answer.messages.map(message => ({ seq: message.seq, message, mine: { asOf: message.updatedSeq, keys: [] } }));
    bytes += messages.reduce((sum, { message }) => sum + 400 + 2 * message.text.length, 0);
    await page.evaluate(
      async ([conversationId, messages, log]) => {
        const [{ name }] = await indexedDB.databases();
        const open = indexedDB.open(name);
        await new Promise(resolve => (open.onsuccess = resolve));
        const transaction = open.result.transaction(['messages', 'ids', 'logs'], 'readwrite');
        for (const record of messages) {
          transaction.objectStore('messages').put(record, [conversationId, record.seq]);
          transaction.objectStore('ids').put(record.seq, [conversationId, record.message.messageId]);
        }
        transaction.objectStore('logs').put(log, [conversationId, '']);
        await new Promise(resolve => (transaction.oncomplete = resolve));
        open.result.close();
      },
      [conversationId, messages, { conversationId, applied: lastSeq, ranges: [[1, lastSeq]], usedAt: Date.now(), bytes }],
    );
    [after, hasMore] = [answer.toSeq, answer.hasMore];
  }
}

/** From the click on its row to the newest message in the document, in ms, and to the frame that shows it. */
function opening(page, last) {
  return page.evaluate(
    last =>
      new Promise(resolve => {
        const row = document.querySelector('.conversation-row a');
        const begin = performance.now();
        const look = () => {
          if (![...document.querySelectorAll('[data-key] .text')].some(one => one.textContent.startsWith(last))) return false;
          const inDocument = performance.now() - begin;
          requestAnimationFrame(() => setTimeout(() => resolve({ inDocument, shown: performance.now() - begin })));
          return true;
        };
        new MutationObserver((_, observer) => look() && observer.disconnect()).observe(document.body, { childList: true, subtree: true });
        row.click();
      }),
    last,
  );
}

/** Scrolls as a wheel does, and answers long tasks, the slowest frames, and how far it came. */
async function scrolling(page, direction, seconds) {
  await page.evaluate(() => {
    const [tasks, frames] = [[], []];
    new PerformanceObserver(list => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    let before = performance.now();
    const frame = now => {
      frames.push(now - before);
      before = now;
      if (globalThis.measured) requestAnimationFrame(frame);
    };
    globalThis.measured = { tasks, frames };
    requestAnimationFrame(frame);
  });
  const box = await page.locator('.scroll').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    await page.mouse.wheel(0, direction * 240);
    await page.waitForTimeout(16);
  }
  return await page.evaluate(() => {
    const { tasks, frames } = globalThis.measured;
    globalThis.measured = undefined;
    const shown = document.querySelector('[data-key] .text')?.textContent ?? '';
    const sorted = frames.slice(2).sort((a, b) => a - b);
    return {
      longTasks: tasks.map(Math.round),
      frames: sorted.length,
      p99: Math.round(sorted[Math.floor(sorted.length * 0.99)]),
      at: Number(shown.split(':')[0]),
      rows: document.querySelectorAll('[data-key]').length,
    };
  });
}

const median = numbers => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const conversation = await fill();
console.log(`${count} messages are stored.`);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(`${base}?user=${alice}`);
  await page.locator('.conversation-row a').waitFor();
  await keep(page, conversation);
  console.log('The device has them.');
  const opened = [], cpu = [];
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
  await devtools.send('Performance.enable');
  const used = async () => 1000 * (await devtools.send('Performance.getMetrics')).metrics.find(one => one.name === 'TaskDuration').value;
  for (let index = 0; index < runs; index++) {
    await page.goto(`${base}?user=${alice}#/`);
    await page.reload();
    await page.locator('.conversation-row a').waitFor();
    await page.waitForTimeout(3000);
    const before = await used();
    opened.push(await opening(page, `${count - 1}:`));
    await page.waitForTimeout(300);
    cpu.push(Math.round(await used() - before));
  }
  const [inDocument, shown] = ['inDocument', 'shown'].map(name => opened.map(one => Math.round(one[name])));
  console.log(`opening, ms to content: median ${median(inDocument)} (${inDocument.join(', ')})`);
  console.log(`to the frame that shows it: median ${median(shown)} (${shown.join(', ')})`);
  console.log('cpu ms of the main thread', median(cpu), cpu.join(', '));
} finally {
  await browser.close();
}
