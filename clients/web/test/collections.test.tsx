import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { collectionsOf } from '../../react/test/fake-collections.ts';
import { messageOf, refusal } from '../../react/test/fake-chat.ts';
import { show, withBob as chatWithBob } from './page.tsx';

const link = 'https://example.com/pantheon';
const rome = { collectionId: 'rome', title: 'Rome', createdBy: 'bob', createdAt: '' };
const itemOf = (seq: number, text: string) => ({ itemId: `m${seq}`, message: messageOf(seq, 'bob', text) as never });

/** The conversation with bob, and its collections. */
function withBob(hash: string) {
  const { chat } = chatWithBob(messageOf(1, 'bob', `Look: ${link}`), messageOf(2, 'bob', 'Nothing to see'));
  show(chat, hash);
  return collectionsOf(chat, 'c');
}

const openMenu = async (text: RegExp) => {
  const message = screen.getAllByRole('article').find(one => text.test(one.textContent ?? ''))!;
  await userEvent.click(within(message).getByRole('button', { name: 'More' }));
};

test('adds what a message shares to a new collection, and makes it once if adding fails', async () => {
  const collections = withBob('#/c/c');
  await openMenu(/Look/);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Add to collection' }));
  await userEvent.type(await screen.findByRole('textbox', { name: 'Title' }), 'Rome');
  collections.add.mockRejectedValueOnce(new Error('It is full.'));
  await userEvent.click(screen.getByRole('button', { name: 'Add' }));
  expect(screen.getByRole('alert').textContent).toBe('It is full.');
  await userEvent.click(screen.getByRole('button', { name: 'Add' }));
  expect(collections.create.mock.calls).toEqual([['Rome']]);
  expect(collections.add.mock.calls).toEqual([
    ['created', 'm1'],
    ['created', 'm1'],
  ]);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('adds to a new one that was named before the list came, and says why it doesn’t come', async () => {
  const collections = withBob('#/c/c');
  collections.list.set({ status: 'loading', value: [] });
  await openMenu(/Look/);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Add to collection' }));
  expect(await screen.findByRole('status', { name: 'Loading the collections' })).toBeTruthy();
  expect(screen.queryByRole('textbox', { name: 'Title' })).toBeNull();
  act(() => collections.list.set({ status: 'failed', value: [], error: refusal('unreachable', 'No.') }));
  expect(screen.getByText(/can’t be reached/)).toBeTruthy();
  await userEvent.type(screen.getByRole('textbox', { name: 'Title' }), 'Paris');
  act(() => collections.list.set({ status: 'ready', value: [rome] }));
  await userEvent.click(screen.getByRole('button', { name: 'Add' }));
  expect(collections.create).toHaveBeenCalledWith('Paris');
  expect(collections.add).toHaveBeenCalledWith('created', 'm1');
});

test('offers it for what shares something alone', async () => {
  withBob('#/c/c');
  await openMenu(/Nothing to see/);
  expect(screen.queryByRole('menuitem', { name: 'Add to collection' })).toBeNull();
});

test('is put in order by the arrow keys, and items are taken out', async () => {
  const collections = withBob('#/c/c/details');
  act(() => {
    collections.list.set({ status: 'ready', value: [rome] });
    collections.items('rome').set({ status: 'ready', value: [itemOf(1, 'one'), itemOf(2, 'two'), itemOf(3, 'three'), { itemId: 'm4' }] });
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Rome' }));
  const items = within(screen.getByRole('dialog', { name: 'Rome' }));
  expect(items.getAllByRole('listitem').map(one => one.textContent)).toEqual(['one', 'two', 'three', 'Not there any more']);
  items.getByRole('button', { name: 'Move two' }).focus();
  await userEvent.keyboard('{ArrowUp}');
  expect(collections.move).toHaveBeenLastCalledWith('rome', 'm2', null);
  await userEvent.keyboard('{ArrowDown}');
  expect(collections.move).toHaveBeenLastCalledWith('rome', 'm2', 'm3');
  act(() =>
    collections.items('rome').set({ status: 'ready', value: [itemOf(1, 'one'), itemOf(3, 'three'), itemOf(2, 'two'), { itemId: 'm4' }] }),
  );
  expect(document.activeElement).toBe(items.getByRole('button', { name: 'Move two' }));
  await userEvent.click(items.getByRole('button', { name: 'Take Not there any more out' }));
  expect(collections.remove).toHaveBeenCalledWith('rome', 'm4');
  // Who goes by keys isn't thrown back to the beginning.
  act(() => collections.items('rome').set({ status: 'ready', value: [itemOf(1, 'one'), itemOf(3, 'three'), itemOf(2, 'two')] }));
  expect(document.activeElement).toBe(items.getByRole('button', { name: 'Move two' }));
});

test('is renamed, and deleted once that is confirmed', async () => {
  const collections = withBob('#/c/c/details');
  act(() => collections.list.set({ status: 'ready', value: [rome] }));
  await userEvent.click(await screen.findByRole('button', { name: 'Rome' }));
  await userEvent.click(screen.getByRole('button', { name: 'Rename' }));
  const field = screen.getByRole('textbox', { name: 'Title' });
  await userEvent.clear(field);
  await userEvent.type(field, 'Roma{Enter}');
  expect(collections.rename).toHaveBeenCalledWith('rome', 'Roma');
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  expect(collections.delete).not.toHaveBeenCalled();
  const dialog = screen.getByRole('dialog', { name: 'Delete Rome?' });
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
  expect(collections.delete).toHaveBeenCalledWith('rome');
});
