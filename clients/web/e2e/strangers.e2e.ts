import { expect, test } from 'vitest';
import { api, base, choose, composer, lookInBothSizes, menuOf, messages, names, open, phone, say, signIn } from './people.ts';

// Where strangers ask first: the service runs with Trust__Mode=strict.
test('a stranger asks first; who is asked answers, reports, blocks', async () => {
  const { alice, bob } = names('alice', 'bob');
  const [a, b] = [await signIn(alice), await signIn(bob, phone)];
  await a.getByRole('button', { name: 'New conversation' }).click();
  await a.getByLabel('With', { exact: true }).fill(bob);
  await a.keyboard.press('Enter');
  await a.getByRole('heading', { name: bob, exact: true }).waitFor();
  await a.getByText('has to accept before you can write more').waitFor();
  await say(a, 'May I write to you?');
  await messages(a).getByRole('img', { name: 'sent', exact: true }).waitFor();

  // It is among the requests, and not in the list.
  await b.getByRole('link', { name: /^Requests/ }).click();
  await b.getByText('May I write to you?').waitFor();
  await lookInBothSizes(b, 'requests');
  await b.getByRole('link', { name: 'May I write to you?' }).click();
  await b.getByText('wants to write to you').waitFor();
  await messages(b).getByText('May I write to you?').waitFor();
  expect(await composer(b).count()).toBe(0);
  await lookInBothSizes(b, 'request');
  await b.getByRole('button', { name: `Accept ${alice}` }).click();
  await composer(b).waitFor();

  await menuOf(b, 'May I write');
  await choose(b, 'Report');
  await b.getByLabel('What is wrong').selectOption('spam');
  await b.getByLabel('What moderators should know').fill('I don’t know her.');
  await lookInBothSizes(b, 'report');
  await b.getByRole('button', { name: 'Report' }).click();
  await b.getByText('Reported.').waitFor();

  await b.getByRole('link', { name: `About ${alice}` }).click();
  await b.getByRole('button', { name: `Block ${alice}` }).click();
  await b.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await b.getByRole('button', { name: `Unblock ${alice}` }).waitFor();
  await b.getByRole('link', { name: 'Close' }).click();
  await b.getByText(`You blocked ${alice}.`).waitFor();
  await lookInBothSizes(b, 'blocked');

  await say(a, 'Are you there?');
  const refused = messages(a).getByRole('group', { name: 'Not sent' });
  await refused.waitFor();
  expect(await refused.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await b.getByRole('button', { name: 'Unblock' }).click();
  await composer(b).waitFor();
  await refused.getByRole('button', { name: 'Edit' }).click();
  await a.keyboard.press('Enter');
  await messages(b).getByText('Are you there?').waitFor();
  await open(a, bob);
});

test('a request with a hidden word is put aside, and one is declined with a report', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  const b = await signIn(bob);
  await b.goto(`${base}#/settings`);
  await b.getByLabel('Hidden words').fill('lottery\n\nfree money');
  await lookInBothSizes(b, 'hidden-words');
  await b.getByRole('button', { name: 'Save' }).click();
  await b.getByText('Saved.').waitFor();

  await api(alice).send(await api(alice).direct(bob), 'You won the LOTTERY');
  await api(carol).send(await api(carol).direct(bob), 'Hello Bob');
  await b.getByRole('link', { name: 'Back to the conversations' }).click();
  await b.getByRole('link', { name: /^Requests/ }).click();
  await b.getByText('Hello Bob').waitFor();
  expect(await b.getByText('You won the LOTTERY').count()).toBe(0);
  await b.getByRole('button', { name: `Report ${carol}` }).click();
  await b.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
  await b.getByText('Declined and reported.').waitFor();
  await b.getByText('Nobody asks.').waitFor();

  await b.getByRole('button', { name: 'Those with hidden words' }).click();
  await b.getByRole('link', { name: 'You won the LOTTERY' }).click();
  await b.getByText('wants to write to you').waitFor();
  expect(await composer(b).count()).toBe(0);
  await lookInBothSizes(b, 'hidden-request');
  await b.getByRole('button', { name: `Decline ${alice}` }).first().click();
  await b.getByText('Declined.').waitFor();
});
