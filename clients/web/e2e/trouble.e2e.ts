import { expect, test } from 'vitest';
import { api, base, choose, composer, contextOf, menuOf, messages, names, open, phone, rests, say, secondTab, signIn } from './people.ts';

test('loses nothing of what was written when the page is loaded anew', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  const direct = await api(alice).direct(bob);
  const group = await api(alice).group('Trip', bob, carol);
  const a = await signIn(alice);
  await open(a, 'Trip');
  await composer(a).fill('half a sen');
  await open(a, bob);

  // Sent while the service isn't there, or while its answer is lost.
  let isLost = true;
  await a.route(/\/messages(\/batch)?$/, async route => {
    const isSend = route.request().method() === 'POST';
    if (isLost && isSend && route.request().postData()?.includes('stored, but who knows')) await route.fetch();
    await (isLost && isSend ? route.abort() : route.continue());
  });
  for (const text of ['stored, but who knows', 'not stored']) await say(a, text);
  await expect.poll(() => api(bob).texts(direct)).toContain('stored, but who knows');
  isLost = false;
  await a.reload();

  // It goes out although nobody opens the conversation, in its order and once.
  await expect.poll(() => api(bob).texts(direct)).toEqual(['stored, but who knows', 'not stored']);
  await open(a, 'Trip');
  await expect.poll(() => composer(a).inputValue()).toBe('half a sen');
  await composer(a).press('Enter');
  await expect.poll(() => api(bob).texts(group)).toEqual(['half a sen']);
  await a.reload();
  await messages(a).getByText('half a sen').waitFor();
  expect(await composer(a).inputValue()).toBe('');
});

test('says that the device is offline, and sends what waits when it is online again', async () => {
  const { alice, bob } = names('alice', 'bob');
  const direct = await api(alice).direct(bob);
  const a = await signIn(alice);
  await open(a, bob);
  await a.context().setOffline(true);
  await a.getByText('You’re offline').waitFor();
  await say(a, 'Sent later');
  await messages(a)
    .getByRole('img', { name: /waits to be sent|on its way/ })
    .waitFor();
  await a.context().setOffline(false);
  await expect.poll(() => api(bob).texts(direct)).toEqual(['Sent later']);
  await messages(a)
    .getByRole('img', { name: /^(sent|delivered|read)$/ })
    .waitFor();
  await a.getByText('You’re offline').waitFor({ state: 'detached' });
});

test('says why something was refused, offers what helps, and leaves it in its place', async () => {
  const { alice, bob } = names('alice', 'bob');
  const direct = await api(alice).direct(bob);
  const a = await signIn(alice);
  await open(a, bob);
  await say(a, `${'x'.repeat(4_000)}!`);
  const refused = messages(a).getByRole('group', { name: 'Not sent' });
  await refused.getByText(/4,?000/).waitFor();
  expect(await refused.getByRole('button', { name: 'Try again' }).count()).toBe(0);

  await api(bob).send(direct, 'A newer one');
  await messages(a).getByText('A newer one').waitFor();
  const below = async () => {
    const [one, other] = await Promise.all([refused.boundingBox(), messages(a).getByText('A newer one').boundingBox()]);
    return other!.y - one!.y;
  };
  await expect.poll(below).toBeGreaterThan(0);

  await refused.getByRole('button', { name: 'Edit' }).click();
  await composer(a).fill('Shorter');
  await a.keyboard.press('Enter');
  await expect.poll(() => api(bob).texts(direct)).toEqual(['A newer one', 'Shorter']);
  await refused.waitFor({ state: 'detached' });
});

test('what disappears goes by itself', async () => {
  const { alice, bob } = names('alice', 'bob');
  const direct = await api(alice).direct(bob);
  await api(alice).send(direct, 'This stays');
  await api(alice).call('PATCH', `conversations/${direct}`, { messageTtl: 30 });
  const a = await signIn(alice);
  await open(a, bob);
  await api(bob).send(direct, 'This goes');
  await messages(a).getByText('This goes').waitFor();
  await messages(a).getByText('This goes').waitFor({ state: 'detached' });
  await messages(a).getByText('This stays').waitFor();
});

test('another tab shares the connection, and learns of what was read and of what was deleted', async () => {
  const { alice, bob } = names('alice', 'bob');
  const direct = await api(bob).direct(alice);
  await api(bob).send(direct, 'For you alone');
  const first = await signIn(alice);
  await first
    .getByRole('link', { name: new RegExp(bob) })
    .getByText('unread')
    .waitFor();
  let connections = 0;
  first.context().on('request', request => {
    if (request.url().includes('api/realtime/negotiate') && request.frame().page() !== first) connections++;
  });
  const second = await secondTab(first, alice);
  const entry = second.getByRole('link', { name: new RegExp(bob) });
  await entry.getByText('unread').waitFor();
  await first.bringToFront();
  await open(first, bob);
  await messages(first).getByText('For you alone').waitFor();
  await entry.getByText('unread').waitFor({ state: 'detached' });

  await second.bringToFront();
  await entry.click();
  await messages(second).getByText('For you alone').waitFor();
  await first.bringToFront();
  await menuOf(first, 'For you alone');
  await choose(first, 'Delete for me');
  await first.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await messages(first).getByText('For you alone').waitFor({ state: 'detached' });
  await messages(second).getByText('For you alone').waitFor({ state: 'detached' });
  expect(connections).toBe(0);
});

test('a list of more than fifty is up to date after being away', async () => {
  const { alice, bob } = names('alice', 'bob');
  const others = Array.from({ length: 55 }, (_, index) => `${bob}.${String(index).padStart(2, '0')}`);
  const oldest = await api(others[0]!).direct(alice);
  await api(others[0]!).send(oldest, 'First');
  for (const other of others.slice(1)) await api(other).send(await api(other).direct(alice), 'Hello');
  const a = await signIn(alice);
  await a
    .getByRole('link', { name: new RegExp(`${others[0]}`) })
    .getByText('First')
    .waitFor();
  await a.context().setOffline(true);
  await a.getByText('You’re offline').waitFor();
  await api(others[0]!).send(oldest, 'While you were away');
  await a.context().setOffline(false);
  // The list follows its conversations; where that takes long, the last time that a client asks is a minute after it connected.
  await a
    .getByRole('link', { name: new RegExp(`${others[0]}`) })
    .getByText('While you were away')
    .waitFor();
});

test('a long conversation: few tab stops and elements, a steady place, and word of what is new below', async () => {
  const people = names('alice', 'p0', 'p1', 'p2');
  const { alice, ...others } = people;
  const group = await api(alice).group('Long', ...Object.values(others));
  const senders = Object.values(others);
  for (let page = 0; page < 12; page++) {
    await api(senders[page % 3]!).sendMany(
      group,
      Array.from({ length: 50 }, (_, index) => `Number ${page * 50 + index} ${'and more '.repeat(index % 7)}`),
    );
  }
  const a = await signIn(alice, phone);
  await open(a, 'Long');
  const scroller = a.locator('.scroll');
  await messages(a).getByText('Number 599', { exact: false }).waitFor();

  const counts = await scroller.evaluate(element => ({
    rows: element.querySelectorAll('[data-key]').length,
    stops: [...element.querySelectorAll<HTMLElement>('*')].filter(one => one.tabIndex >= 0).length,
  }));
  expect(counts.rows).toBeLessThan(60);
  expect(counts.stops).toBeLessThan(6);

  const place = async () => {
    const top = (await scroller.boundingBox())!.y;
    return a.evaluate(top => {
      const row = [...document.querySelectorAll<HTMLElement>('[data-key]')].find(one => one.getBoundingClientRect().bottom > top + 100);
      return { text: row?.textContent, y: Math.round(row!.getBoundingClientRect().y) };
    }, top);
  };

  // What is loaded above leaves on the screen what is there. The page may still be loading what lay above when it opened, so it is scrolled
  // until it asks for what is held.
  let release = () => {};
  let isHeld = false;
  const held = new Promise<void>(resolve => (release = resolve));
  await a.route(/\/messages\?/, async route => {
    isHeld = true;
    await held;
    await route.continue();
  });
  const scrolled = () => scroller.evaluate(element => element.scrollTop);
  await expect
    .poll(async () => {
      await scroller.evaluate(element => element.scrollTo(0, 300));
      return isHeld && (await scrolled()) < 400;
    })
    .toBe(true);
  const [height, earlier] = [await scroller.evaluate(element => element.scrollHeight), await place()];
  release();
  await expect.poll(() => scroller.evaluate(element => element.scrollHeight)).toBeGreaterThan(height + 500);
  const moved = async () => {
    const { text, y } = await place();
    return text === earlier.text ? Math.abs(y - earlier.y) : Infinity;
  };
  await expect.poll(moved).toBeLessThan(3);

  const before = await place();
  await api(senders[0]!).send(group, 'Something new');
  await a.getByRole('button', { name: 'Jump to the latest, 1 new message' }).waitFor();
  await expect.poll(place).toEqual(before);
  await a.getByRole('button', { name: /Jump to the latest/ }).click();
  await messages(a).getByText('Something new').waitFor();
  await a.getByRole('button', { name: /Jump to the latest/ }).waitFor({ state: 'detached' });
});

test('everything is done by keys, and focus is never lost', async () => {
  const { alice, bob } = names('alice', 'bob');
  const direct = await api(bob).direct(alice);
  await api(bob).send(direct, 'One');
  await api(bob).send(direct, 'Two');
  const a = await signIn(alice);
  const focused = () => a.evaluate(() => document.activeElement?.tagName);
  await expect.poll(focused).not.toBe('BODY');
  await a.getByRole('link', { name: new RegExp(bob) }).focus();
  await a.keyboard.press('Enter');
  await messages(a).getByText('Two').waitFor();
  await expect.poll(focused).toBe('TEXTAREA');

  // Back from the composer to the newest message, up to the one before, and into its menu.
  while (!(await a.evaluate(() => document.activeElement?.matches('[data-key]')))) await a.keyboard.press('Shift+Tab');
  await a.keyboard.press('ArrowUp');
  await a.keyboard.press('Enter');
  await a.getByRole('menu').waitFor();
  await a.keyboard.press('Escape');
  await a.getByRole('menu').waitFor({ state: 'detached' });
  expect(await a.evaluate(() => document.activeElement?.textContent)).toContain('One');
  await a.keyboard.press('Enter');
  await a.getByRole('button', { name: 'React with ❤️' }).press('Enter');
  await messages(a).getByRole('button', { name: /^❤️ 1/ }).waitFor();
});

test('the menu of the last message is within the window', async () => {
  const { alice, bob } = names('alice', 'bob');
  const direct = await api(bob).direct(alice);
  for (const text of ['One', 'Two', 'Three', 'Last']) await api(bob).send(direct, text);
  for (const size of [phone, undefined]) {
    const a = await signIn(alice, size);
    await open(a, bob);
    await menuOf(a, 'Last');
    await rests(a);
    const { width, height } = a.viewportSize()!;
    for (const item of await a.getByRole('menuitem').all()) {
      const box = (await item.boundingBox())!;
      expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height).toBe(true);
    }
  }
});

test('the shell opens without a network, and shows what was said', async () => {
  const { alice, bob } = names('alice', 'bob');
  await api(bob).send(await api(bob).direct(alice), 'Still there');
  const context = await contextOf({ serviceWorkers: 'allow' });
  const a = await context.newPage();
  await a.goto(`${base}?user=${alice}`);
  await open(a, bob);
  await messages(a).getByText('Still there').waitFor();
  await a.evaluate(async () => void (await navigator.serviceWorker.ready));
  await a.goto(base);
  await messages(a)
    .or(a.getByRole('link', { name: new RegExp(bob) }))
    .first()
    .waitFor();
  await context.setOffline(true);
  await a.reload();
  await open(a, bob);
  await messages(a).getByText('Still there').waitFor();
});
