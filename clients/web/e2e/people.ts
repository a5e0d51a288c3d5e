import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

export const base = (process.env.CHAT_URL ?? 'http://localhost:7071').replace(/\/?$/, '/');

/** How long a page may take until it shows what it should, in ms. */
const patience = 120_000;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Without a screen it takes half the processor time.
const browsers = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(name => `/usr/bin/${name}`);
const installed = browsers.find(path => existsSync(path));

let browser: Browser;

beforeAll(async () => {
  if (!installed) throw new Error('These tests drive the page in Chromium: install the package "chromium".');
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ];
  browser = await chromium.launch({ executablePath: installed, args });
});

// A page that nobody looks at any more still draws, and asks.
afterEach(() => Promise.all(browser.contexts().map(context => context.close())));

afterAll(() => browser?.close());

export const wide: BrowserContextOptions = { viewport: { width: 1_280, height: 800 } };
export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let run = 0;

/** Names that no other story has. */
export function names<T extends string>(...wanted: T[]): Record<T, string> {
  const suffix = `${Date.now().toString(36).slice(-4)}${run++}`;
  return Object.fromEntries(wanted.map(name => [name, `${name}-${suffix}`])) as Record<T, string>;
}

/** A browser of their own, without anything kept. */
export async function contextOf(options: BrowserContextOptions = wide): Promise<BrowserContext> {
  const permissions = ['clipboard-read', 'clipboard-write', 'microphone'];
  const context = await browser.newContext({ serviceWorkers: 'block', permissions, ...options });
  context.setDefaultTimeout(patience);
  return context;
}

export async function signIn(user: string, options: BrowserContextOptions = wide): Promise<Page> {
  const page = await (await contextOf(options)).newPage();
  page.on('pageerror', error => console.error(`${user}: ${error.stack}`));
  await page.goto(base);
  await page.getByLabel('Your name').fill(user);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Chats' }).waitFor();
  return page;
}

/** Another window of the same browser and user. */
export async function secondTab(page: Page, user: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(`${base}?user=${encodeURIComponent(user)}`);
  await tab.getByRole('heading', { name: 'Chats' }).waitFor();
  return tab;
}

/** What somebody does without the page. */
export function api(user: string, role = '') {
  let token: Promise<string> | undefined;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    token ??= fetch(`${base}local/token?user=${encodeURIComponent(user)}&role=${role}`).then(
      async answer => ((await answer.json()) as { token: string }).token,
    );
    const key = crypto.randomUUID();
    const headers = { Authorization: `Bearer ${await token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key };
    const ask = () => fetch(`${base}api/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    let answer = await ask();
    for (let tries = 0; answer.status === 503 && tries < 100; tries++) {
      await new Promise(resolve => setTimeout(resolve, 300));
      answer = await ask();
    }
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
  let sent = 0;
  type Sent = { readonly messageId: string; readonly seq: number };
  return {
    call,
    direct: async (other: string) =>
      (await call<{ conversationId: string }>('POST', 'conversations', { kind: 'direct', members: [other] })).conversationId,
    group: async (title: string, ...members: string[]) =>
      (await call<{ conversationId: string }>('POST', 'conversations', { kind: 'group', title, members })).conversationId,
    send: (conversationId: string, text: string, more: object = {}) =>
      call<Sent>('POST', `conversations/${conversationId}/messages`, { clientMessageId: `e2e-${Date.now()}-${sent++}`, text, ...more }),
    sendMany: (conversationId: string, texts: readonly string[]) =>
      call('POST', `conversations/${conversationId}/messages/batch`, {
        messages: texts.map(text => ({ clientMessageId: `e2e-${Date.now()}-${sent++}`, text })),
      }),
    texts: async (conversationId: string) =>
      (await call<{ messages: { text: string }[] }>('GET', `conversations/${conversationId}/messages`)).messages.map(one => one.text),
  };
}

export const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
export const composer = (page: Page) => page.getByPlaceholder('Message', { exact: true });

/** Opens a conversation from the list. */
export async function open(page: Page, title: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('link', { name: new RegExp(title) })
    .first()
    .click();
  await page.getByRole('heading', { name: title, exact: true }).first().waitFor();
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
}

/** Opens the menu of the message with a text, which has one once it is sent. */
export async function menuOf(page: Page, text: string): Promise<void> {
  await messages(page).locator('.message.sent .bubble', { hasText: text }).last().click({ button: 'right' });
  await page.getByRole('menu').waitFor();
}

export async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** Waits until nothing moves any more but what always does. */
export async function rests(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every(one => one.playState !== 'running' || one.effect?.getTiming().iterations === Infinity),
  );
}

/** Holds a view to WCAG A and AA, to the size of what is touched, and takes its picture. */
export async function look(page: Page, name: string, size: 'phone' | 'wide'): Promise<void> {
  await rests(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Two frames, until the colours are those of the scheme everywhere.
    await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    if (process.env.CHAT_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.CHAT_SCREENSHOTS, `${name}-${size}-${colorScheme}.png`) });
    if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe);
    const violations = await page.evaluate(
      async options => {
        const { axe } = globalThis as unknown as {
          axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }> };
        };
        return (await axe.run(options)).violations.map(
          one => `${one.id}: ${one.nodes.map(node => `${node.target} ${node.failureSummary}`).join(' | ')}`,
        );
      },
      // The dark scheme differs in colours alone.
      colorScheme === 'light' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] },
    );
    expect.soft(violations, `${name}, ${size}, ${colorScheme}`).toEqual([]);
  }
  // A finger needs more room than a mouse.
  const isTouched = await page.evaluate(() => matchMedia('(pointer: coarse)').matches);
  expect.soft(await tooSmall(page, isTouched ? 44 : 24), `${name}, ${size}: targets`).toEqual([]);
}

/** The same for a view in both sizes; the window has its own one again then. */
export async function lookInBothSizes(page: Page, name: string): Promise<void> {
  const own = page.viewportSize()!;
  for (const [size, { viewport }] of [
    ['phone', phone],
    ['wide', wide],
  ] as const) {
    await page.setViewportSize(viewport!);
    await look(page, name, size);
  }
  await page.setViewportSize(own);
}

/** What can be touched and is smaller than this, in px; links within a text may be. */
function tooSmall(page: Page, least: number): Promise<string[]> {
  return page.evaluate(least => {
    const modal = [...document.querySelectorAll('dialog[open]')].at(-1);
    return [...(modal ?? document).querySelectorAll<HTMLElement>('button, a[href], select, textarea, input, [role=option]')]
      .filter(one => {
        const style = getComputedStyle(one);
        // A field within a label is touched by the label.
        const target = one.closest('label') ?? one;
        const { width, height } = target.getBoundingClientRect();
        const isShown = one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && width > 0 && !one.closest('.unseen');
        return isShown && style.display !== 'inline' && (width < least - 0.5 || height < least - 0.5);
      })
      .map(
        one =>
          `${one.tagName} ${one.ariaLabel ?? one.textContent} ${one.getBoundingClientRect().width}×${one.getBoundingClientRect().height}`,
      );
  }, least);
}
