import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { api, base, contextOf, messages, names, wide } from './people.ts';

const seeds = Number(process.env.SEEDS ?? 1);
const steps = 20;
const keys = ['👍', '❤️', '😂'];

/** The same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A browser whose network loses, doubles and delays, until it is healed. */
async function shaken(random: () => number): Promise<{ readonly context: BrowserContext; readonly heal: () => void }> {
  let isShaken = true;
  // All rows are on the screen, so that all can be compared.
  const context = await contextOf({ ...wide, viewport: { width: 1_280, height: 9_000 } });
  await context.route('**/api/**', async route => {
    const roll = isShaken ? random() : 1;
    try {
      if (roll < 0.1) await route.abort();
      else if (roll < 0.2) {
        await route.fetch();
        await route.abort();
      } else if (roll < 0.3) {
        const body = JSON.stringify({ status: 503, code: 'unavailable', title: 'Not now.' });
        await route.fulfill({ status: 503, headers: { 'Retry-After': '1', 'Content-Type': 'application/problem+json' }, body });
      } else await route.continue();
    } catch {
      // Whoever asked is gone.
    }
  });
  await context.routeWebSocket(/\/client/, socket => {
    const server = socket.connectToServer();
    socket.onMessage(message => server.send(message));
    server.onMessage(message => {
      const isEvents = isShaken && String(message).includes('"type":1');
      const times = !isEvents ? 1 : random() < 0.3 ? 0 : random() < 0.2 ? 2 : 1;
      for (let time = 0; time < times; time++) {
        if (isEvents) setTimeout(() => socket.send(message), 1_000 * random());
        else socket.send(message);
      }
    });
  });
  return { context, heal: () => void (isShaken = false) };
}

/** The texts that wait in the outbox of a page's browser. */
function waitingOf(page: Page): Promise<readonly (string | undefined)[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const texts: (string | undefined)[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      const items = await done<{ content?: { text: string } }[]>(database.transaction('outbox').objectStore('outbox').getAll());
      texts.push(...items.map(({ content }) => content?.text));
      database.close();
    }
    return texts;
  });
}

test.each(Array.from({ length: seeds }, (_, index) => index + 1))(
  'windows whose network fails and that are closed show what the service has, and nothing is lost or doubled (seed %i)',
  { timeout: 900_000 },
  async seed => {
    const random = randomOf(seed);
    const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!;
    const { alice, bob } = names('alice', 'bob');
    const group = await api(alice).group('Trip', bob);
    const browsers = [
      { user: alice, ...(await shaken(random)) },
      { user: bob, ...(await shaken(random)) },
    ];
    const opened = async ({ user, context }: (typeof browsers)[number]) => {
      const page = await context.newPage();
      await page.goto(`${base}?user=${encodeURIComponent(user)}#/c/${group}`);
      await page.getByPlaceholder('Message', { exact: true }).waitFor();
      return page;
    };
    const windows: { browser: (typeof browsers)[number]; page: Page; readonly said: string[] }[] = [];
    for (const browser of [browsers[0]!, browsers[0]!, browsers[1]!])
      windows.push({ browser, page: await opened(browser), said: [] });
    const said: string[] = [];
    const offline = new Set<BrowserContext>();
    type Stored = { readonly text: string; readonly reactions: readonly { readonly key: string; readonly count: number }[] };
    const stored = async () =>
      (await api(bob).call<{ messages: readonly Stored[] }>('GET', `conversations/${group}/messages?limit=100`)).messages;

    for (let step = 0; step < steps; step++) {
      const window = pick(windows);
      const { browser, page } = window;
      const roll = random();
      if (roll < 0.6) {
        for (let count = random() < 0.3 ? 4 : 1; count > 0; count--) {
          const text = `said ${said.length}`;
          said.push(text);
          window.said.push(text);
          await page.getByPlaceholder('Message', { exact: true }).fill(text);
          await page.keyboard.press('Enter');
        }
      } else if (roll < 0.75) {
        const bubbles = messages(page).locator('.message.sent .bubble');
        if (await bubbles.count()) {
          await bubbles.last().click({ button: 'right' });
          const reaction = page.getByRole('button', { name: `React with ${pick(keys)}` });
          if (await reaction.count()) await reaction.click();
          else await page.keyboard.press('Escape');
        }
      } else if (roll < 0.87) {
        const isOffline = !offline.has(browser.context);
        await browser.context.setOffline(isOffline);
        if (isOffline) offline.add(browser.context);
        else offline.delete(browser.context);
      } else if (!offline.has(browser.context)) {
        // What was typed is kept within a moment; then it is closed, perhaps the one that leads.
        const unkept = async () => {
          // In the outbox, or not there any more because it was sent.
          const kept = await waitingOf(page);
          const sent = (await stored()).map(({ text }) => text);
          return window.said.filter(text => !kept.includes(text) && !sent.includes(text));
        };
        await expect.poll(unkept).toEqual([]);
        await page.close();
        window.page = await opened(browser);
      }
      await page.context().pages()[0]?.waitForTimeout(Math.floor(500 * random()));
    }

    for (const { heal, context } of browsers) {
      heal();
      await context.setOffline(false);
    }
    await expect.poll(async () => (await stored()).map(({ text }) => text).sort(), { timeout: 180_000 }).toEqual([...said].sort());
    for (const { page } of windows) {
      const differences = async () => {
        const truth = (await stored()).map(({ text, reactions }) => [text, ...reactions.map(({ key, count }) => `${key} ${count}`)].join());
        const shown = await messages(page)
          .locator('.message')
          .evaluateAll(all =>
            all.map(one =>
              [
                one.querySelector('.text')!.textContent,
                ...[...one.querySelectorAll('.reactions button:not(.add)')].map(({ textContent }) => textContent),
              ].join(),
            ),
          );
        return truth.join('\n') === shown.join('\n') ? [] : [truth, shown];
      };
      await expect.poll(differences, { timeout: 180_000 }).toEqual([]);
      // A message may be in the log before its own window heard of it, which tries again then.
      const waiting = messages(page).locator('.message.queued, .message.sending, .message.failed');
      await expect.poll(() => waiting.count(), { timeout: 180_000 }).toBe(0);
    }
  },
);
