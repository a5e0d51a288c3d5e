import { act, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { expect, test, vi } from 'vitest';
import { useCollectionItems, useCollectionList } from '../src/collections.js';
import { ChatProvider } from '../src/index.js';
import { fakeChat, messageOf, valueOf } from './fake-chat.js';

const collections = vi.hoisted(() => ({ list: {}, items: vi.fn() }));
vi.mock('@chat-functions/client/collections', () => ({ collectionsOf: () => collections }));

test('Collections, and what is in one, are shown as they are now while they are shown', () => {
  const list = valueOf<object>({ status: 'loading', value: [] });
  const items = valueOf<object>({ status: 'loading', value: [] });
  Object.assign(collections, { list });
  collections.items.mockReturnValue(items);
  function Shown() {
    const titles = useCollectionList('c').value.map(({ title }) => title);
    const texts = useCollectionItems('c', 'rome').value.map(({ message }) => message?.text);
    return <p>{`${titles.join()} | ${texts.join()}`}</p>;
  }
  const { container, unmount } = render(
    <StrictMode>
      <ChatProvider chat={fakeChat()}>
        <Shown />
      </ChatProvider>
    </StrictMode>,
  );
  act(() => {
    list.set({ status: 'ready', value: [{ collectionId: 'rome', title: 'Rome' }] });
    items.set({ status: 'ready', value: [{ itemId: 'm1', message: messageOf(1, 'bob', 'Pantheon') }, { itemId: 'm2' }] });
  });
  expect(container.textContent).toBe('Rome | Pantheon,');
  expect(collections.items).toHaveBeenCalledWith('rome');
  unmount();
  expect([list.subscribers, items.subscribers]).toEqual([0, 0]);
});
