import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, type Mock } from 'vitest';
import { channelsOf } from '../../react/test/fake-channels.ts';
import { fakeChat, summaryOf, type Value } from '../../react/test/fake-chat.ts';
import { show } from './page.tsx';

const owner = { userId: 'alice', role: 'owner', state: 'active' };
const valueOf = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;

/** Alice's settings, before it is known how she is called, and what another device says then. */
async function withProfile() {
  const chat = fakeChat();
  const api = chat.api as unknown as Record<'get' | 'put' | 'patch', Mock>;
  show(chat, '#/settings');
  await screen.findByLabelText('Name');
  const profile = chat.profile('alice') as Value<object | undefined>;
  return { chat, api, told: (more: object) => act(() => profile.set({ userId: 'alice', ...more })) };
}

test('what is typed as a name stays when the profile comes late, and the picture follows', async () => {
  const { told } = await withProfile();
  await userEvent.type(screen.getByLabelText('Name'), 'Ali');
  told({ version: 1, displayName: 'Alice', avatarUrl: 'https://cdn.example/1.png' });
  await userEvent.type(screen.getByLabelText('Name'), 'na');
  expect(valueOf('Name')).toBe('Alina');
  expect(valueOf('Picture, by its address')).toBe('https://cdn.example/1.png');
});

test('only what the user changed of the profile is sent, and what is typed meanwhile stays', async () => {
  const { api, told } = await withProfile();
  told({ version: 1, displayName: 'Alice', avatarUrl: 'https://cdn.example/1.png' });
  let answer = (_: object) => {};
  api.patch.mockImplementation(() => new Promise(resolve => (answer = resolve)));
  await userEvent.clear(screen.getByLabelText('Name'));
  await userEvent.type(screen.getByLabelText('Name'), 'Alina ');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(api.patch).toHaveBeenCalledWith('/me/profile', { body: { displayName: 'Alina' } });
  await userEvent.type(screen.getByLabelText('Picture, by its address'), '?2');
  await act(async () => answer({ userId: 'alice', version: 2, displayName: 'Alina', avatarUrl: 'https://cdn.example/1.png' }));
  await screen.findByText('Saved.');
  expect([valueOf('Name'), valueOf('Picture, by its address')]).toEqual(['Alina', 'https://cdn.example/1.png?2']);
  // Another device changes it once more: what isn't being changed here follows.
  told({ version: 3, displayName: 'Alinka', avatarUrl: 'https://cdn.example/1.png' });
  expect([valueOf('Name'), valueOf('Picture, by its address')]).toEqual(['Alinka', 'https://cdn.example/1.png?2']);
});

test('what is typed as a group’s title stays when another admin changes its description, which follows', async () => {
  const chat = fakeChat();
  const trip = chat.conversation('trip');
  const group = { conversationId: 'trip', kind: 'group', title: 'Trip', members: [owner] };
  const set = (more: object) => trip.details.set({ status: 'ready', value: { ...group, ...more } as never });
  trip.summary.set(summaryOf('trip', { kind: 'group', title: 'Trip', peer: undefined }));
  set({});
  show(chat, '#/c/trip/details');
  await userEvent.type(await screen.findByLabelText('Title'), ' to Ro');
  act(() => set({ description: 'In May' }));
  await userEvent.type(screen.getByLabelText('Title'), 'me');
  expect([valueOf('Title'), valueOf('Description')]).toEqual(['Trip to Rome', 'In May']);
  trip.update.mockImplementation(async () => set({ title: 'Trip to Rome', description: 'In May' }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(trip.update).toHaveBeenCalledWith({ title: 'Trip to Rome' });
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Save' })).toBeNull());
  act(() => set({ title: 'Trip to Oslo' }));
  expect(valueOf('Title')).toBe('Trip to Oslo');
});

test('what is typed about a channel stays when another admin changes its title', async () => {
  const chat = fakeChat();
  const { conversation } = channelsOf(chat).channel('news');
  const set = (title: string) =>
    conversation.details.set({ status: 'ready', value: { kind: 'channel', title, followerCount: 1, members: [owner] } as never });
  conversation.summary.set(summaryOf('news', { kind: 'channel', title: 'News', peer: undefined }));
  set('News');
  show(chat, '#/channel/news');
  await userEvent.click((await screen.findAllByRole('button', { name: 'More' }))[0]!);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Members and settings' }));
  const dialog = await screen.findByRole('dialog', { name: 'Members and settings' });
  await userEvent.type(within(dialog).getByLabelText('Description'), 'What hap');
  act(() => set('The news'));
  await userEvent.type(within(dialog).getByLabelText('Description'), 'pens');
  expect([valueOf('Title'), valueOf('Description')]).toEqual(['The news', 'What happens']);
});

test('hidden words that are typed while others are being saved stay', async () => {
  const chat = fakeChat();
  const api = chat.api as unknown as Record<'get' | 'put', Mock>;
  api.get.mockImplementation(async (path: string) => (path === '/me/hidden-words' ? { words: ['lottery'] } : { decisions: [] }));
  let saved = () => {};
  api.put.mockImplementation(() => new Promise<void>(resolve => (saved = resolve)));
  show(chat, '#/settings');
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Hidden words');
  await userEvent.type(field, '\n\nprize ');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(api.put).toHaveBeenLastCalledWith('/me/hidden-words', { body: { words: ['lottery', 'prize'] } });
  await userEvent.type(field, '\nmoney');
  await act(async () => saved());
  await screen.findByText('Saved.');
  expect(valueOf('Hidden words')).toBe('lottery\n\nprize \nmoney');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await act(async () => saved());
  expect(valueOf('Hidden words')).toBe('lottery\nprize\nmoney');
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
});
