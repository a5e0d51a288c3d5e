import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { api, base, choose, contextOf, lookInBothSizes, messages, names, phone, signIn, wide } from './people.ts';

/** Signs in as somebody who may make channels. */
async function signInAsPublisher(user: string, options: BrowserContextOptions = wide): Promise<Page> {
  const page = await (await contextOf(options)).newPage();
  await page.goto(`${base}?user=${encodeURIComponent(user)}&role=chat.publisher`);
  await page.getByRole('heading', { name: 'Chats' }).waitFor();
  return page;
}

const posts = (page: Page) => page.getByRole('region', { name: 'Posts' });
const post = async (page: Page, text: string) => {
  await page.getByRole('textbox', { name: 'Post' }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await posts(page).getByText(text).waitFor();
};
const go = (page: Page, hash: string) => page.evaluate(to => void (location.hash = to), hash);

/** Paula's new channel, by its link. */
async function make(page: Page, title: string): Promise<string> {
  await page.getByRole('link', { name: /^Channels/ }).click();
  await page.getByRole('button', { name: 'New channel' }).click();
  await page.getByLabel('Title').fill(title);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: title }).waitFor();
  return new URL(page.url()).hash;
}

test('a post is seen live by who has the channel open, and unread by who hasn’t; who unfollows sees no more', async () => {
  const { paula, bob, carol } = names('paula', 'bob', 'carol');
  const [p, b, c] = await Promise.all([signInAsPublisher(paula), signIn(bob), signIn(carol, phone)]);
  const link = await make(p, 'City news');
  await post(p, 'Welcome to the channel');

  for (const follower of [b, c]) {
    await go(follower, link);
    await follower.getByText('You don’t follow this channel.').waitFor();
    await follower.getByRole('button', { name: 'Follow' }).click();
    await posts(follower).getByText('Welcome to the channel').waitFor();
    await follower.getByRole('button', { name: 'Unfollow' }).waitFor();
    expect(await follower.getByRole('textbox', { name: 'Post' }).count()).toBe(0);
  }
  await go(c, '#/');
  await post(p, 'The bridge is open again');
  await posts(b).getByText('The bridge is open again').waitFor();

  // Who posts sees how many react and have read it, and whoever reacts sees it stay.
  await posts(b).locator('.bubble').last().click({ button: 'right' });
  await b.getByRole('button', { name: 'React with 👍' }).click();
  await posts(p).getByRole('button', { name: '👍 1' }).waitFor();
  await b.reload();
  await expect.poll(() => posts(b).getByRole('button', { name: '👍 1' }).getAttribute('aria-pressed')).toBe('true');
  await p.reload();
  await posts(p).getByText('1 view').last().waitFor();

  // The service's list is a few seconds old, and is asked for again when she comes back.
  type Listed = { readonly conversations: readonly { readonly unreadCount: number }[] };
  const listed = () => api(carol).call<Listed>('GET', 'conversations?filter=channels');
  await expect.poll(async () => (await listed()).conversations[0]?.unreadCount).toBe(1);
  await c.reload();
  await c.getByRole('link', { name: /Channels.*1.*unread/ }).click();
  await c.getByRole('link', { name: /City news.*1 unread/ }).click();
  const unread = posts(c).getByRole('separator').locator('xpath=..');
  await expect.poll(() => unread.textContent()).toContain('The bridge is open again');
  await go(c, '#/channels');
  await c.getByRole('link', { name: /City news/ }).waitFor();
  await expect.poll(() => c.getByRole('link', { name: /City news/ }).textContent()).not.toContain('unread');

  await b.getByRole('button', { name: 'Unfollow' }).click();
  await b.getByRole('dialog').getByRole('button', { name: 'Unfollow' }).click();
  await b.getByText('You don’t follow this channel.').waitFor();
  await go(b, '#/channels');
  await b.getByText('You follow no channel yet.').waitFor();
  await expect.poll(() => b.getByRole('link', { name: /City news/ }).count()).toBe(0);
});

test('a channel is muted, its link copied, and its posts are changed and pinned by who posts', async () => {
  const { paula, bob } = names('paula', 'bob');
  const [p, b] = await Promise.all([signInAsPublisher(paula), signIn(bob)]);
  const link = await make(p, 'Recipes');
  await post(p, 'Soup of the dey');
  await go(b, link);
  await b.getByRole('button', { name: 'Follow' }).click();
  await posts(b).getByText('Soup of the dey').waitFor();

  await posts(p).locator('.message.sent .bubble').last().click({ button: 'right' });
  await choose(p, 'Edit');
  await p.getByRole('textbox', { name: 'Post' }).fill('Soup of the day');
  await p.getByRole('button', { name: 'Save' }).click();
  await posts(b).getByText('Soup of the day').waitFor();
  await posts(p).locator('.message.sent .bubble').last().click({ button: 'right' });
  await choose(p, 'Pin');
  await expect.poll(() => b.locator('.pinned-bar').count()).toBe(1);

  await b.getByRole('button', { name: 'More', exact: true }).first().click();
  await choose(b, 'Copy the link');
  await b.getByText('Copied.').waitFor();
  expect(await b.evaluate(() => navigator.clipboard.readText())).toBe(`${base}${link}`);
  await b.getByRole('button', { name: 'More', exact: true }).first().click();
  await choose(b, 'Mute');
  await b.getByRole('dialog').getByRole('button', { name: 'Mute' }).click();
  await go(b, '#/channels');
  await b.getByRole('link', { name: /Recipes/ }).getByLabel('muted').waitFor();
});

test('a private channel is there for who comes by its link, which lets in no more than it is for', async () => {
  const { paula, bob, carol } = names('paula', 'bob', 'carol');
  const [p, b, c] = await Promise.all([signInAsPublisher(paula), signIn(bob), signIn(carol, phone)]);
  await p.getByRole('link', { name: /^Channels/ }).click();
  await p.getByRole('button', { name: 'New channel' }).click();
  await p.getByLabel('Title').fill('Friends');
  await p.getByLabel(/^Private/).check();
  await lookInBothSizes(p, 'channel-new-private');
  await p.getByRole('button', { name: 'Create' }).click();
  await p.getByRole('heading', { name: 'Friends' }).waitFor();
  const address = new URL(p.url()).hash;
  await post(p, 'For my friends alone');

  // By its address it is there for nobody else.
  await go(b, address);
  await b.getByRole('button', { name: 'Follow' }).click();
  await b.getByText('There is no such conversation').waitFor();
  expect(await b.getByRole('heading', { name: 'Friends' }).count()).toBe(0);
  await p.getByRole('button', { name: 'More', exact: true }).first().click();
  expect(await p.getByRole('menuitem', { name: 'Copy the link' }).count()).toBe(0);
  await choose(p, 'Members and settings');
  const settings = p.getByRole('dialog', { name: 'Members and settings' });
  expect(await settings.getByLabel(/^Private/).isChecked()).toBe(true);
  await settings.getByRole('button', { name: 'New link' }).click();
  await p.getByLabel(/^How many may come by it/).fill('1');
  await p.getByRole('button', { name: 'Make it' }).click();
  await settings.getByText('0 uses of 1').waitFor();
  await lookInBothSizes(p, 'channel-settings-private');
  await settings.getByRole('button', { name: 'Copy the link' }).click();
  const link = await p.evaluate(() => navigator.clipboard.readText());

  for (const follower of [b, c]) {
    await follower.goto(link);
    await follower.getByRole('dialog', { name: 'Join by a link' }).waitFor();
  }
  await lookInBothSizes(b, 'channel-join');
  await b.getByRole('button', { name: 'Join' }).click();
  await posts(b).getByText('For my friends alone').waitFor();
  await b.getByRole('heading', { name: 'Friends' }).waitFor();
  expect(await b.getByRole('textbox', { name: 'Post' }).count()).toBe(0);
  await c.getByRole('button', { name: 'Join' }).click();
  await c.getByText('There is no such invitation').waitFor();
  await go(b, '#/channels');
  await b.getByRole('link', { name: /Friends/ }).waitFor();

  // Made public, its address is enough; a link can be deleted before anybody came by it.
  await settings.getByRole('button', { name: 'New link' }).click();
  await p.getByRole('button', { name: 'Make it' }).click();
  await settings.getByText('0 uses · until').waitFor();
  await settings.getByRole('button', { name: 'Delete the link' }).click();
  await settings.getByText('0 uses · until').waitFor({ state: 'detached' });
  await settings.getByLabel(/^Private/).click();
  await p.getByText('Public. Whoever has its link can follow.').waitFor();
  await c.goto(`${base}${address}`);
  await c.getByRole('button', { name: 'Follow' }).click();
  await posts(c).getByText('For my friends alone').waitFor();
});

/** The comments beside a channel, or in its place. */
const comments = (page: Page) => page.getByRole('complementary', { name: 'Comments' });
const comment = async (page: Page, text: string) => {
  await comments(page).getByRole('textbox', { name: 'Comment' }).fill(text);
  await comments(page).getByRole('button', { name: 'Send', exact: true }).click();
  await comments(page).getByRole('region', { name: 'Comments' }).getByText(text).waitFor();
};

test('a post is commented once its channel takes comments, and they are seen live by who has them open', async () => {
  const { paula, bob, carol } = names('paula', 'bob', 'carol');
  const [p, b, c] = await Promise.all([signInAsPublisher(paula), signIn(bob), signIn(carol, phone)]);
  const link = await make(p, 'City news');
  await post(p, 'The bridge is open again');
  for (const follower of [b, c]) {
    await go(follower, link);
    await follower.getByRole('button', { name: 'Follow' }).click();
    await posts(follower).getByText('The bridge is open again').waitFor();
  }
  expect(await posts(b).getByRole('link', { name: 'Comment' }).count()).toBe(0);
  await p.getByRole('button', { name: 'More', exact: true }).first().click();
  await choose(p, 'Members and settings');
  await p.getByLabel('Followers comment on posts').click();
  await p.getByLabel(/^Pause between/).waitFor();
  await lookInBothSizes(p, 'channel-comment-settings');
  await p.keyboard.press('Escape');

  await posts(b).getByRole('link', { name: 'Comment' }).click();
  await comments(b).getByText('Nobody has commented yet.').waitFor();
  await posts(c).getByRole('link', { name: 'Comment' }).click();
  await comments(c).getByText('Nobody has commented yet.').waitFor();
  await comment(b, 'At last! Is the bike lane open, too?');
  await comments(c).getByText('At last!').waitFor();
  await posts(p).getByRole('link', { name: '1 comment' }).click();
  await comments(p).getByText('At last!').waitFor();
  await comment(p, 'It is, since noon.');
  await comments(b).getByText('It is, since noon.').waitFor();
  await lookInBothSizes(b, 'channel-comments');

  // Who keeps order takes one back; with the post all of it goes.
  await comments(p).locator('.bubble').first().click({ button: 'right' });
  await choose(p, 'Take back');
  await comments(c).getByText('took this message back').waitFor();
  await comments(b).getByRole('link', { name: 'Close the comments' }).click();
  await posts(b).getByRole('link', { name: '1 comment' }).waitFor();
  await posts(p).locator('.bubble').last().click({ button: 'right' });
  await choose(p, 'Take back');
  await comments(c).getByText('The comments went with the post.').waitFor();
});

test('channels look as they should', async () => {
  const { paula, bob } = names('paula', 'bob');
  await api(paula).call('PATCH', 'me/profile', { displayName: 'Paula Novak' });
  const [p, b] = await Promise.all([signInAsPublisher(paula), signIn(bob)]);
  const link = await make(p, 'City news');
  await go(b, link);
  await b.getByRole('button', { name: 'Follow' }).waitFor();
  await lookInBothSizes(b, 'channel-not-followed');
  await b.getByRole('button', { name: 'Follow' }).click();
  await b.getByText('Nothing was said yet.').waitFor();
  await post(p, 'The bridge is open again. Buses 4 and 7 take their usual way.');
  await post(p, 'Market day moves to Thursday, because of the holiday. Stalls open at eight: https://example.com/market');
  await posts(b).getByText('Market day').waitFor();
  await lookInBothSizes(b, 'channel');
  await lookInBothSizes(p, 'channel-composer');
  await p.getByRole('button', { name: 'More', exact: true }).first().click();
  await choose(p, 'Members and settings');
  await p.getByRole('dialog').getByText('You').waitFor();
  await lookInBothSizes(p, 'channel-settings');
  await p.keyboard.press('Escape');
  await b.getByRole('button', { name: 'More', exact: true }).first().click();
  await lookInBothSizes(b, 'channel-menu');
  await b.keyboard.press('Escape');
  await go(b, '#/channels');
  await b.getByRole('link', { name: /City news/ }).waitFor();
  await lookInBothSizes(b, 'channels');
  await go(p, '#/channels');
  await p.getByRole('link', { name: /City news/ }).waitFor();
  await lookInBothSizes(p, 'channels-own');
});

test('a collection is made by one, filled and put in order by both, and seen by the other', async () => {
  const { alice, bob } = names('alice', 'bob');
  const conversation = await api(alice).direct(bob);
  for (const place of ['pantheon', 'forum', 'museum']) await api(alice).send(conversation, `Let us see https://example.com/${place}`);
  const [a, b] = await Promise.all([signIn(alice), signIn(bob)]);
  for (const page of [a, b]) {
    await go(page, `#/c/${conversation}`);
    await messages(page).getByText('museum').waitFor();
  }
  const add = async (page: Page, text: string, title?: string) => {
    // Beside its link, which has a menu of the browser's.
    await messages(page).locator('.bubble', { hasText: text }).click({ button: 'right', position: { x: 12, y: 12 } });
    await choose(page, 'Add to collection');
    const dialog = page.getByRole('dialog', { name: 'Add to collection' });
    if (title) await dialog.getByLabel('Title').fill(title);
    else await dialog.getByLabel('Rome').waitFor();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await add(a, 'pantheon', 'Rome');
  await add(a, 'forum');

  const rome = (page: Page) => page.getByRole('dialog', { name: 'Rome', exact: true });
  const order = (page: Page) => rome(page).getByRole('listitem').getByRole('link').allTextContents();
  const is = (page: Page, ...places: string[]) =>
    expect.poll(() => order(page)).toEqual(places.map(place => `Let us see https://example.com/${place}`));
  await go(b, `#/c/${conversation}/details`);
  await b.getByRole('button', { name: 'Rome', exact: true }).click();
  await is(b, 'pantheon', 'forum');
  await add(a, 'museum');
  await is(b, 'pantheon', 'forum', 'museum');

  await rome(b).getByRole('button', { name: /Move .*museum/ }).focus();
  await b.keyboard.press('ArrowUp');
  await b.keyboard.press('ArrowUp');
  await is(b, 'museum', 'pantheon', 'forum');
  await go(a, `#/c/${conversation}/details`);
  await a.getByRole('button', { name: 'Rome', exact: true }).click();
  await is(a, 'museum', 'pantheon', 'forum');
  const handle = (await rome(a).getByRole('button', { name: /Move .*museum/ }).boundingBox())!;
  const last = (await rome(a).getByRole('listitem').last().boundingBox())!;
  await a.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await a.mouse.down();
  await a.mouse.move(handle.x + handle.width / 2, last.y + last.height - 4, { steps: 5 });
  await a.mouse.up();
  await is(a, 'pantheon', 'forum', 'museum');
  await is(b, 'pantheon', 'forum', 'museum');
  await lookInBothSizes(b, 'collection');
  await rome(b).getByRole('button', { name: /Take .*forum out/ }).click();
  await is(a, 'pantheon', 'museum');

  await rome(a).getByRole('button', { name: 'Rename' }).click();
  await a.getByLabel('Title').fill('Roma');
  await a.getByRole('dialog', { name: 'Rename the collection' }).getByRole('button', { name: 'Rename' }).click();
  await b.getByRole('dialog', { name: 'Roma' }).waitFor();
  await b.keyboard.press('Escape');
  await b.getByRole('button', { name: 'Roma' }).waitFor();
  await lookInBothSizes(b, 'collections');
  await a.getByRole('dialog', { name: 'Roma' }).getByRole('button', { name: 'Delete' }).click();
  await a.getByRole('dialog', { name: 'Delete Roma?' }).getByRole('button', { name: 'Delete' }).click();
  await b.getByRole('button', { name: 'Roma' }).waitFor({ state: 'detached' });
});
