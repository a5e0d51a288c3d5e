import type { Loaded, StickerPack } from '@chat-functions/client';
import type { SharedState, ShownCard, ShownStreak } from '@chat-functions/client/sharing';
import { act, fireEvent, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChatProvider } from '../src/index.js';
import { useCard, useGifs, useShared, useStickerPacks, useStreak } from '../src/sharing.js';
import { fakeChat, messageOf, valueOf } from './fake-chat.js';

const sharing = vi.hoisted(() => ({
  card: vi.fn(),
  shared: vi.fn(),
  streak: vi.fn(),
  searchGifs: vi.fn(),
  stickerPacks: undefined as unknown,
}));
vi.mock('@chat-functions/client/sharing', () => ({ sharingOf: () => sharing }));

beforeEach(() => vi.clearAllMocks());
afterEach(() => vi.useRealTimers());

function show(element: React.ReactElement) {
  const wrapped = (child: React.ReactElement) => (
    <StrictMode>
      <ChatProvider chat={fakeChat()}>{child}</ChatProvider>
    </StrictMode>
  );
  const { container, rerender, unmount } = render(wrapped(element));
  return { container, unmount, rerender: (next: React.ReactElement) => rerender(wrapped(next)) };
}

test('A card is followed while it is shown, and asked for anew only when it is another one', () => {
  const [seen, gone] = [valueOf<ShownCard>({ status: 'loading' }), valueOf<ShownCard>({ status: 'gone', reason: 'revoked' })];
  sharing.card.mockImplementation((message: { cards: readonly { gone?: string }[] }) => (message.cards[0]!.gone ? gone : seen));
  const card = { type: 'video', id: 'v-7', title: 'Lisbon' };
  const message = messageOf(1, 'bob', '', { cards: [card] });
  const Shown = ({ message }: { readonly message: typeof messageOf extends (...a: never[]) => infer M ? M : never }) => {
    const { status, card, reason } = useCard(message, 0);
    return <p>{card?.title ?? reason ?? status}</p>;
  };
  const { container, rerender, unmount } = show(<Shown message={message} />);
  expect(container.textContent).toBe('loading');
  act(() => seen.set({ status: 'ready', card }));
  expect(container.textContent).toBe('Lisbon');
  const calls = sharing.card.mock.calls.length;
  rerender(<Shown message={{ ...message, reactions: [{ key: '👍', count: 1 } as never], cards: [{ ...card }] }} />);
  expect(sharing.card.mock.calls.length).toBe(calls);
  rerender(<Shown message={{ ...message, cards: [{ type: 'video', id: 'v-7', gone: 'revoked' }] }} />);
  expect(container.textContent).toBe('revoked');
  unmount();
  expect([seen.subscribers, gone.subscribers]).toEqual([0, 0]);
});

test('What was shared, a streak and the packs of stickers are followed while they are shown', () => {
  const loadMore = vi.fn(async () => {});
  const list = valueOf<SharedState>({ status: 'loading', messages: [], hasMore: false, isLoading: true });
  const streak = valueOf<ShownStreak>({ status: 'loading' });
  const packs = valueOf<Loaded<readonly StickerPack[]>>({ status: 'loading', value: [] });
  sharing.shared.mockReturnValue(Object.assign(list, { loadMore }));
  sharing.streak.mockReturnValue(streak);
  sharing.stickerPacks = packs;
  function Shown() {
    const { messages, hasMore, loadMore: more } = useShared('c', 'link');
    const { streak: shown } = useStreak('c');
    const { value } = useStickerPacks();
    return (
      <button disabled={!hasMore} onClick={() => void more()}>
        {[...messages.map(({ text }) => text), shown?.days, ...value.map(({ title }) => title)].join(' ')}
      </button>
    );
  }
  const { container, unmount } = show(<Shown />);
  act(() => {
    list.set({ status: 'ready', messages: [messageOf(1, 'bob', 'https://trams.example')], hasMore: true, isLoading: false });
    streak.set({ status: 'ready', streak: { days: 12 } as never });
    packs.set({ status: 'ready', value: [{ packId: 'cats', title: 'Cats', stickers: [] }] });
  });
  expect(container.textContent).toBe('https://trams.example 12 Cats');
  act(() => container.querySelector('button')!.click());
  expect(loadMore).toHaveBeenCalledTimes(1);
  expect([sharing.shared.mock.calls[0], sharing.streak.mock.calls[0]]).toEqual([['c', 'link'], ['c']]);
  unmount();
  expect([list, streak, packs].map(({ subscribers }) => subscribers)).toEqual([0, 0, 0]);
});

function Gifs({ words }: { readonly words: string }) {
  const { status, gifs, hasMore, isLoading, error, loadMore } = useGifs(words);
  const text = [status, ...gifs.map(({ id }) => id), isLoading && '…', hasMore && 'more', error?.code].filter(Boolean).join(' ');
  return <button onClick={loadMore}>{text}</button>;
}

const gifPage = (cursor?: string, ...ids: readonly string[]) => ({ gifs: ids.map(id => ({ id })), ...(cursor && { cursor }) });
const passes = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test('GIFs are searched for once the words stay, page by page, and what isn’t waited for any more is aborted', async () => {
  vi.useFakeTimers();
  sharing.searchGifs.mockResolvedValueOnce(gifPage(undefined, 'liked'));
  const { container, rerender, unmount } = show(<Gifs words=" " />);
  expect(container.textContent).toBe('loading …');
  await passes(0);
  expect(container.textContent).toBe('ready liked');
  rerender(<Gifs words="c" />);
  await passes(299);
  let late!: (page: object) => void;
  sharing.searchGifs.mockReturnValueOnce(new Promise(resolve => (late = resolve)));
  rerender(<Gifs words="ca" />);
  await passes(299);
  expect(sharing.searchGifs).toHaveBeenCalledTimes(1);
  await passes(1);
  expect(sharing.searchGifs).toHaveBeenLastCalledWith('ca', { cursor: undefined, signal: expect.any(AbortSignal) });
  expect(container.textContent).toBe('ready liked …');
  sharing.searchGifs.mockResolvedValueOnce(gifPage('2', 'cat-1', 'cat-2'));
  rerender(<Gifs words="cat " />);
  expect((sharing.searchGifs.mock.lastCall![1] as { signal: AbortSignal }).signal.aborted).toBe(true);
  await passes(300);
  late(gifPage('9', 'late'));
  await passes(0);
  expect(container.textContent).toBe('ready cat-1 cat-2 more');
  sharing.searchGifs.mockRejectedValueOnce({ code: 'unavailable' });
  fireEvent.click(container.firstElementChild!);
  await passes(0);
  expect(container.textContent).toBe('ready cat-1 cat-2 more unavailable');
  sharing.searchGifs.mockResolvedValueOnce(gifPage(undefined, 'cat-2', 'cat-3'));
  fireEvent.click(container.firstElementChild!);
  await passes(0);
  expect(sharing.searchGifs).toHaveBeenLastCalledWith('cat', { cursor: '2', signal: expect.any(AbortSignal) });
  expect(container.textContent).toBe('ready cat-1 cat-2 cat-3');
  fireEvent.click(container.firstElementChild!);
  rerender(<Gifs words="cats" />);
  unmount();
  await passes(1000);
  expect(sharing.searchGifs).toHaveBeenCalledTimes(5);
});

test.each([
  ['gifs_disabled', 'off gifs_disabled'],
  ['unavailable', 'failed unavailable'],
])('GIFs that are refused with %s are %s', async (code, shown) => {
  vi.useFakeTimers();
  sharing.searchGifs.mockRejectedValueOnce({ code });
  const { container } = show(<Gifs words="" />);
  await passes(0);
  expect(container.textContent).toBe(shown);
});
