import { expect, test } from 'vitest';
import { api, base, choose, contextOf, lookInBothSizes, messages, names, open, phone, say, signIn } from './people.ts';

test('somebody can be muted, restricted and blocked, and that be taken back', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  const direct = await api(alice).direct(bob);
  await api(bob).send(direct, 'Hello');
  const group = await api(alice).group('Trip', bob, carol);
  await api(bob).send(group, 'In the group');
  const a = await signIn(alice);
  const side = a.getByRole('complementary');
  const confirm = (name: string) => a.getByRole('dialog').getByRole('button', { name, exact: true }).click();

  await open(a, 'Trip');
  await a.getByRole('link', { name: 'About this group' }).click();
  await side.getByRole('button', { name: `More about ${bob}` }).click();
  await lookInBothSizes(a, 'member-menu');
  await choose(a, `Mute ${bob}`);
  await a.getByText(`Nothing that ${bob} says notifies you any more.`).waitFor();
  await side.getByRole('button', { name: `More about ${bob}` }).click();
  await choose(a, `Block ${bob}`);
  await confirm('Block');
  await messages(a).getByText('Blocked message').waitFor();
  expect(await messages(a).getByText('In the group').count()).toBe(0);

  await a.goto(`${base}#/settings`);
  await a.getByRole('button', { name: `Unmute ${bob}` }).click();
  await a.getByRole('button', { name: `Unmute ${bob}` }).waitFor({ state: 'detached' });
  await a.getByRole('button', { name: `Unblock ${bob}` }).click();
  await a.getByRole('button', { name: `Unblock ${bob}` }).waitFor({ state: 'detached' });

  // Whom one restricts waits among the requests, and can be read there.
  await a.goto(`${base}#/c/${direct}/details`);
  await side.getByRole('button', { name: `Restrict ${bob}` }).click();
  await lookInBothSizes(a, 'restrict');
  await confirm('Restrict');
  await a.getByText(`You restrict ${bob}.`).waitFor();
  await expect.poll(() => api(bob).send(direct, 'Are you there?').then(({ seq }) => seq)).toBeGreaterThan(0);
  await a.goto(`${base}#/requests`);
  await a.getByText('restricted').waitFor();
  await a.reload();
  await a.getByRole('list', { name: 'Requests' }).getByRole('link').click();
  await messages(a).getByText('Are you there?').first().waitFor();
  await lookInBothSizes(a, 'restricted');
  await a.getByRole('button', { name: `Unrestrict ${bob}` }).first().click();
  await say(a, 'Here I am');
  await expect.poll(() => api(bob).texts(direct)).toContain('Here I am');
});

test('messages are notified of while the user looks elsewhere, but not of whom they mute', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  const fromBob = await api(bob).direct(alice);
  const fromCarol = await api(carol).direct(alice);
  const group = await api(carol).group('Trip', alice);
  for (const [who, where] of [
    [bob, fromBob],
    [carol, fromCarol],
    [carol, group],
  ] as const)
    await api(who).send(where, 'Hello');
  await api(alice).call('PATCH', `conversations/${group}/preferences`, { mutedUntil: '9999-12-31T23:59:59.999Z' });
  await api(alice).call('PUT', `mutes/${bob}`);

  const context = await contextOf();
  // What the browser is asked to show. A browser without a screen neither asks its user nor shows anything.
  await context.addInitScript(() => {
    const told: string[] = [];
    Object.assign(globalThis, { told });
    globalThis.Notification = class extends EventTarget {
      static permission: NotificationPermission = 'default';
      static requestPermission = async () => (this.permission = 'granted');
      constructor(title: string, options?: NotificationOptions) {
        super();
        told.push(`${title}: ${options?.body}`);
      }
      close() {}
    } as unknown as typeof Notification;
  });
  const a = await context.newPage();
  const told = () => a.evaluate(() => (globalThis as unknown as { told: string[] }).told);
  await a.goto(`${base}?user=${alice}#/settings`);
  // The browser is asked first.
  const isTold = a.getByLabel('Tell me of new messages while I look elsewhere');
  await isTold.click();
  await expect.poll(() => isTold.isChecked()).toBe(true);
  await lookInBothSizes(a, 'settings-notifications');

  await api(carol).send(fromCarol, 'You see this');
  await a.getByRole('link', { name: 'Back to the conversations' }).click();
  await a.getByText('You see this').waitFor();

  // Another window comes to the front; a browser without a screen gives every window the focus.
  await a.evaluate(() => {
    document.hasFocus = () => false;
    dispatchEvent(new Event('blur'));
  });
  await api(bob).send(fromBob, 'Nobody hears this');
  await api(carol).send(group, 'Nor this');
  await api(carol).send(fromCarol, 'News');
  await expect.poll(told).toEqual([`${carol}: News`]);
});

test('a moderator’s decision is shown with why, and can be appealed', async () => {
  const { alice, bob, maria } = names('alice', 'bob', 'maria');
  const direct = await api(alice).direct(bob);
  const { messageId } = await api(alice).send(direct, 'Buy this');
  await api(bob).call('POST', 'reports', { target: { conversationId: direct, messageIds: [messageId] }, reason: 'spam' });
  const a = await signIn(alice, phone);
  const moderator = api(maria, 'chat.moderator');
  type Case = { readonly caseId: string; readonly version: number };
  const found = async () => {
    const { cases } = await moderator.call<{ cases: readonly Case[] }>('GET', 'moderation/cases?limit=100');
    return cases.find(one => JSON.stringify(one).includes(alice));
  };
  // Until it is there, and doesn't change before the decision comes.
  const decide = async () => {
    const { caseId, version } = (await found())!;
    const decision = { version, action: 'warn', ground: 'terms', rule: 'No advertising' };
    await moderator.call('POST', `moderation/cases/${caseId}/decision`, decision);
    return 'decided';
  };
  await expect.poll(decide).toBe('decided');
  await a.getByText('Moderators decided something about you').waitFor();

  await a.goto(`${base}#/settings`);
  await a.getByText('You were warned').waitFor();
  await a.getByText('No advertising').waitFor();
  await lookInBothSizes(a, 'decisions');
  await a.getByRole('button', { name: 'Appeal' }).click();
  await a.getByLabel('Why it is wrong').fill('It was a present.');
  await lookInBothSizes(a, 'appeal');
  await a.getByRole('dialog').getByRole('button', { name: 'Appeal' }).click();
  await a.getByText('Another moderator looks at it').waitFor();
  await a.getByRole('button', { name: 'Appeal' }).waitFor({ state: 'detached' });
});

test('pictures are shown by their address, and a poll closes when its maker says', async () => {
  const { alice, bob } = names('alice', 'bob');
  const group = await api(alice).group('Trip', bob);
  await api(alice).send(group, 'Welcome');
  const a = await signIn(alice);
  const picture = 'https://pictures.example/rome.png';
  // Nothing is fetched from elsewhere while this runs.
  await a.route(picture, route => route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }));
  await open(a, 'Trip');
  await a.getByRole('link', { name: 'About this group' }).click();
  await a.getByLabel('Picture, by its address').fill(picture);
  await a.getByRole('complementary').getByRole('button', { name: 'Save' }).click();
  await a.locator(`.conversation-row img[src="${picture}"]`).waitFor();
  await a.getByRole('link', { name: 'Close' }).click();

  await a.getByRole('button', { name: 'More to send' }).click();
  await choose(a, 'Poll');
  await a.getByLabel('Question').fill('Where?');
  await a.getByLabel('Option 1').fill('Here');
  await a.getByLabel('Option 2').fill('There');
  const closes = await a.getByLabel('Closes (empty for never)').getAttribute('max');
  await a.getByLabel('Closes (empty for never)').fill(closes!);
  await a.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await messages(a).getByText(/0 voters · until /).waitFor();
});
