import { test } from 'vitest';
import { api, base, choose, composer, contextOf, look, menuOf, messages, names, open, phone, say, signIn, wide } from './people.ts';

for (const [size, options] of [
  ['phone', phone],
  ['wide', wide],
] as const) {
  test(`every view is as it should be, ${size}`, async () => {
    const { alice, bob, carol, dave } = names('alice', 'bob', 'carol', 'dave');
    const people = { [alice]: 'Alice Abara', [bob]: 'Bob Lindqvist', [carol]: 'Carol Mendes', [dave]: 'Dave Okafor' };
    for (const [user, displayName] of Object.entries(people)) await api(user).call('PATCH', 'me/profile', { displayName });
    const group = await api(alice).group('Trip to Rome', bob, carol, dave);
    await api(carol).send(await api(carol).direct(alice), 'Thank you!');
    await api(alice).send(await api(alice).direct(dave), 'See you tomorrow');
    await api(bob).send(group, 'Has anybody booked the hotel?');
    await api(bob).send(group, 'There is one near the Pantheon: https://example.com/rooms');
    const yes = await api(alice).send(group, 'Yes! Two rooms, three nights.');
    await api(carol).send(group, 'You are wonderful', { replyTo: yes.messageId });
    await api(carol).send(group, '🎉');
    for (const user of [bob, carol])
      await api(user).call('PUT', `conversations/${group}/messages/${yes.messageId}/reactions/${encodeURIComponent('👍')}`);
    await api(alice).call('PUT', `conversations/${group}/messages/${yes.messageId}/pin`);
    await api(dave).send(group, 'Shall we meet at eight?', { threadId: yes.messageId });
    const gone = await api(dave).send(group, 'A mistake');
    await api(dave).call('DELETE', `conversations/${group}/messages/${gone.messageId}`);
    await api(alice).call('POST', `conversations/${group}/messages`, {
      clientMessageId: 'poll',
      poll: { question: 'Where do we eat on the first evening?', options: ['Trattoria', 'Pizza', 'We cook'], multiple: true },
    });

    const nobody = await (await contextOf(options)).newPage();
    await nobody.goto(base);
    await nobody.getByLabel('Your name').waitFor();
    await look(nobody, 'sign-in', size);

    const newcomer = await signIn(names('erin').erin, options);
    await newcomer.getByText('No conversations yet.').waitFor();
    await look(newcomer, 'nothing', size);

    const a = await signIn(alice, options);
    await a.getByRole('link', { name: /Trip to Rome/ }).waitFor();
    await a.getByText('Thank you!').waitFor();
    await look(a, 'list', size);
    await a
      .getByRole('link', { name: /Trip to Rome/ })
      .first()
      .click({ button: 'right' });
    await choose(a, 'Mute');
    await a.getByRole('dialog').waitFor();
    await look(a, 'mute', size);
    await a.keyboard.press('Escape');
    await a.getByRole('button', { name: 'New conversation' }).click();
    await a.getByLabel('With', { exact: true }).fill('bob, carol');
    await look(a, 'new-conversation', size);
    await a.keyboard.press('Escape');

    await open(a, 'Trip to Rome');
    await messages(a).getByRole('button', { name: /Pizza/ }).waitFor();
    await say(a, 'x'.repeat(4_001));
    await messages(a).getByRole('group', { name: 'Not sent' }).waitFor();
    await messages(a).getByRole('group', { name: 'Not sent' }).getByRole('button', { name: 'Discard' }).click();
    await say(a, 'I would love the trattoria.');
    await messages(a).getByText('I would love').waitFor();
    await look(a, 'conversation', size);
    await composer(a).fill('Hello @');
    await a.getByRole('option').first().waitFor();
    await look(a, 'mention', size);
    await composer(a).fill('');

    await menuOf(a, 'I would love');
    await look(a, 'message-menu', size);
    await choose(a, 'Reply');
    await look(a, 'reply', size);
    await a.getByRole('button', { name: 'Cancel' }).click();
    await menuOf(a, 'I would love');
    await choose(a, 'Info');
    await a.getByRole('dialog').waitFor();
    await look(a, 'info', size);
    await a.keyboard.press('Escape');
    await menuOf(a, 'I would love');
    await choose(a, 'Forward');
    await a.getByRole('dialog').waitFor();
    await look(a, 'forward', size);
    await a.keyboard.press('Escape');
    await a.getByRole('button', { name: 'Emoji' }).click();
    await a.locator('emoji-picker').getByRole('menuitem').first().waitFor();
    await look(a, 'emoji', size);
    await a.keyboard.press('Escape');
    await a.getByRole('button', { name: 'More to send' }).click();
    await choose(a, 'Poll');
    await a.getByRole('dialog').waitFor();
    await look(a, 'poll', size);
    await a.keyboard.press('Escape');
    await a.getByRole('button', { name: 'More to send' }).click();
    await choose(a, 'Send later');
    await a.getByRole('dialog').waitFor();
    await look(a, 'send-later', size);
    await a.keyboard.press('Escape');

    await a.goto(`${base}#/c/${group}/thread/${yes.messageId}`);
    await a.getByRole('region', { name: 'Replies' }).getByText('Shall we meet').waitFor();
    await look(a, 'thread', size);
    await a.goto(`${base}#/c/${group}/details`);
    await a.locator('.members').getByText('Dave Okafor').waitFor();
    await look(a, 'details', size);
    await a.goto(`${base}#/settings`);
    await a.getByLabel('Who may write to me').waitFor();
    await look(a, 'settings', size);
    await a.goto(`${base}#/archived`);
    await a.getByText('Nothing is archived.').waitFor();
    await look(a, 'archived', size);
  });
}
