import type { MessageView } from '@chat-functions/client';
import type { SharedState, ShownCard, ShownStreak } from '@chat-functions/client/sharing';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { messageOf, summaryOf, valueOf } from '../../react/test/fake-chat.ts';
import { show, withBob } from './page.tsx';

const media = vi.hoisted(() => ({ photo: vi.fn(), progress: vi.fn() }));
vi.mock('@chat-functions/client/media', () => ({ mediaOf: () => media }));
const sharing = vi.hoisted(() => ({
  card: vi.fn(),
  stickerPacks: undefined as unknown,
  searchGifs: vi.fn(),
  shared: vi.fn(),
  streak: vi.fn(),
  restoreStreak: vi.fn(),
  changeStreak: vi.fn(),
}));
vi.mock('@chat-functions/client/sharing', async () => ({
  ...(await import('../../sdk/src/sharing/places.ts')),
  ...(await import('../../sdk/src/sharing/gifs.ts')),
  sharingOf: () => sharing,
}));

beforeEach(() => {
  vi.clearAllMocks();
  sharing.searchGifs.mockRejectedValue({ code: 'gifs_disabled' });
  media.photo.mockReturnValue(valueOf({ status: 'ready', url: 'https://blobs/p' }));
  media.progress.mockReturnValue(valueOf(undefined));
});

const card = { type: 'video', id: 'v-7', title: 'As it was sent' };

test('draws a card once it is known, opens it, and hides it when it is taken down', async () => {
  const seen = valueOf<ShownCard>({ status: 'loading' });
  sharing.card.mockReturnValue(seen);
  const { chat } = withBob(messageOf(1, 'bob', '', { cards: [card] }));
  show(chat);
  await screen.findByRole('status', { name: 'Video, loading' });
  expect(screen.queryByText('As it was sent')).toBeNull();
  const thumbnailUrl = 'https://cdn.example/v-7.jpg';
  act(() => seen.set({ status: 'ready', card: { ...card, title: 'Lisbon by tram', subtitle: '4 min', thumbnailUrl } }));
  const button = screen.getByRole('button', { name: /Lisbon by tram.*4 min.*Video/ });
  expect(button.querySelector('img')!.getAttribute('src')).toBe(thumbnailUrl);
  await userEvent.click(button);
  const dialog = screen.getByRole('heading', { name: 'Lisbon by tram', hidden: true }).closest('dialog')!;
  within(dialog).getByText('v-7');
  act(() => seen.set({ status: 'gone', reason: 'revoked' }));
  screen.getByText('Video: this was taken down.');
  expect(document.querySelector('dialog')).toBeNull();
});

test('loads pictures of cards by https alone, and says why a card isn’t there', async () => {
  const cards = ['plain', 'expired', 'unavailable', 'failed'].map(id => ({ ...card, id }));
  const states: Record<string, ShownCard> = {
    plain: { status: 'ready', card: { ...card, thumbnailUrl: 'http://cdn.example/v-7.jpg' } },
    expired: { status: 'gone', reason: 'expired' },
    unavailable: { status: 'gone', reason: 'unavailable' },
    failed: { status: 'failed', error: {} as never },
  };
  sharing.card.mockImplementation((_: unknown, index: number) => valueOf(states[cards[index]!.id]));
  const { chat } = withBob(messageOf(1, 'bob', 'Look', { cards }));
  const { container } = show(chat);
  expect((await screen.findByRole('button', { name: /As it was sent/ })).querySelector('img')).toBeNull();
  expect([...container.querySelectorAll('.is-gone')].map(one => one.textContent)).toEqual([
    'Video: this isn’t there any more.',
    'Video: this isn’t available to you.',
    'Video: this can’t be shown now.',
  ]);
});

test('shows what a link leads to, its address beside it, as long as the text has it', async () => {
  const linkPreview = {
    url: 'https://trams.example/28',
    title: 'Line 28',
    description: '<b>Up the hill</b>',
    siteName: 'Trams',
    image: { mediaId: 'p', kind: 'image', state: 'ready', contentType: 'image/webp', bytes: 1 } as const,
  };
  const message = messageOf(1, 'bob', 'See https://trams.example/28', { linkPreview });
  const { chat, conversation } = withBob(message);
  show(chat);
  const link = await screen.findByRole('link', { name: /Line 28/ });
  expect(link.getAttribute('href')).toBe('https://trams.example/28');
  expect(link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  within(link).getByText('Trams · trams.example');
  within(link).getByText('<b>Up the hill</b>');
  expect(link.querySelector('img')!.getAttribute('src')).toBe('https://blobs/p');
  expect(media.photo).toHaveBeenCalledWith(message, linkPreview.image, '320');
  const { state } = conversation.window;
  const change = (changed: Partial<MessageView>) =>
    act(() => state.set({ ...state.getSnapshot(), messages: [{ ...message, ...changed }] }));
  change({ text: 'Never mind' });
  expect(screen.queryByRole('link', { name: /Line 28/ })).toBeNull();
  change({ text: 'javascript:alert(1)', linkPreview: { url: 'javascript:alert(1)', title: 'Line 28' } });
  expect(screen.queryByRole('link', { name: /Line 28/ })).toBeNull();
});

test('says in the list what the newest message shares, but of a card only what it is', () => {
  const { chat } = withBob();
  const last = { seq: 1, senderId: 'bob', preview: '', at: new Date().toISOString() };
  const conversations = [
    summaryOf('c1', { peer: 'carol', lastMessage: { ...last, card: 'live' } }),
    summaryOf('c2', { peer: 'dave', lastMessage: { ...last, attachment: 'location' } }),
    summaryOf('c3', { peer: 'erin', lastMessage: { ...last, attachment: 'sticker' } }),
  ];
  const [at, state] = [new Date().toISOString(), 'queued'] as const;
  const waiting = summaryOf('c4', { peer: 'frank', pending: { text: '', state, at } });
  const content = { sticker: { packId: 'cats', stickerId: 'wave' } };
  chat.conversation('c4').outbox.set([{ id: 'o', conversationId: 'c4', kind: 'send', state, queuedAt: at, content }]);
  chat.conversations().set({ conversations: [...conversations, waiting], isLoaded: true });
  show(chat);
  const rows = [/frank.*Sticker/, /carol.*Live/, /dave.*Place/, /erin.*Sticker/];
  for (const name of rows) expect(screen.getByRole('link', { name })).toBeTruthy();
});

const waves = { stickerId: 'wave', url: 'https://cdn.example/wave.webp', description: 'A cat that waves' };
const packs = [{ packId: 'cats', title: 'Cats', stickers: [waves] }];

const chooseToSend = async (item: string) => {
  await userEvent.click(screen.getByRole('button', { name: 'More to send' }));
  await userEvent.click(screen.getByRole('menuitem', { name: item }));
};

test('sends a sticker, and has it among the latest on this device then', async () => {
  const { chat, conversation } = withBob();
  sharing.stickerPacks = valueOf({ status: 'ready', value: packs });
  show(chat);
  await userEvent.type(screen.getByPlaceholderText('Message'), 'Typed');
  await chooseToSend('Sticker');
  await userEvent.click(await screen.findByRole('button', { name: 'A cat that waves', hidden: true }));
  expect(conversation.send).toHaveBeenCalledWith({ sticker: { packId: 'cats', stickerId: 'wave' } });
  expect(document.querySelector('dialog')).toBeNull();
  expect(screen.getByPlaceholderText('Message')).toHaveProperty('value', 'Typed');
  await chooseToSend('Sticker');
  const lately = await screen.findByRole('region', { name: 'Sent lately', hidden: true });
  within(lately).getByRole('button', { name: 'A cat that waves', hidden: true });
  // This service has no GIFs.
  expect(sharing.searchGifs).toHaveBeenCalled();
  expect(screen.queryByRole('tab', { name: 'GIFs', hidden: true })).toBeNull();
});

test('finds GIFs and sends one, by keys alone, where the service has them', async () => {
  const { chat, conversation } = withBob();
  const gif = (id: string, title: string) => ({ id, title, url: `https://g.example/${id}`, previewUrl: `https://g.example/${id}s` });
  sharing.stickerPacks = valueOf({ status: 'ready', value: packs });
  sharing.searchGifs.mockResolvedValue({ gifs: [gif('liked', 'A dog')] });
  show(chat);
  await chooseToSend('Sticker');
  const stickers = await screen.findByRole('tab', { name: 'Stickers', selected: true, hidden: true });
  // Nothing is loaded from there before somebody looks.
  expect(document.querySelector('img[src^="https://g.example"]')).toBeNull();
  act(() => stickers.focus());
  await userEvent.keyboard('{ArrowRight}');
  const liked = screen.getByRole('button', { name: 'A dog', hidden: true });
  expect(liked.querySelector('img')!.getAttribute('src')).toBe('https://g.example/likeds');
  fireEvent.error(liked.querySelector('img')!);
  expect(liked.textContent).toBe('A dog');
  sharing.searchGifs.mockResolvedValue({ gifs: [gif('g-7', 'A cat')], cursor: '2' });
  const box = screen.getByRole('searchbox', { name: 'Search for GIFs', hidden: true });
  for (const value of ['c', 'ca', 'cat']) fireEvent.change(box, { target: { value } });
  const cat = await screen.findByRole('button', { name: 'A cat', hidden: true });
  expect(sharing.searchGifs.mock.calls.filter(([words]) => words).map(([words]) => words as string)).toEqual(['cat']);
  screen.getByRole('button', { name: 'Show more', hidden: true });
  act(() => cat.focus());
  await userEvent.keyboard('{Enter}');
  const card = { type: 'gif', id: 'g-7', title: 'A cat', thumbnailUrl: 'https://g.example/g-7' };
  expect(conversation.send).toHaveBeenCalledWith({ cards: [card] });
  expect(document.querySelector('dialog')).toBeNull();
});

test('shows a GIF as a picture with its title in words, and as a card when that is gone', async () => {
  const gif = { type: 'gif', id: 'g-7', title: 'A cat', thumbnailUrl: 'https://g.example/7' };
  const seen = valueOf<ShownCard>({ status: 'loading' });
  sharing.card.mockReturnValue(seen);
  const { chat } = withBob(messageOf(1, 'bob', '', { cards: [gif] }));
  show(chat);
  await screen.findByRole('status', { name: 'GIF, loading' });
  act(() => seen.set({ status: 'ready', card: gif }));
  const picture = screen.getByRole('img', { name: 'A cat' });
  expect(picture.getAttribute('referrerpolicy')).toBe('no-referrer');
  expect(screen.queryByText('A cat')).toBeNull();
  fireEvent.error(picture);
  screen.getByRole('button', { name: /A cat.*GIF/ });
  act(() => seen.set({ status: 'gone', reason: 'revoked' }));
  screen.getByText('GIF: this was taken down.');
});

test('shows a sticker with what it shows in words, also before it is sent and when its picture is gone', async () => {
  const sticker = { packId: 'cats', stickerId: 'wave' };
  sharing.stickerPacks = valueOf({ status: 'ready', value: packs });
  const { chat } = withBob(
    messageOf(1, 'bob', '', { sticker: { ...sticker, url: 'https://cdn.example/old.webp', description: 'A cat that waved' } }),
    messageOf(2, 'alice', '', { sticker, messageId: undefined, seq: undefined, state: 'queued', outboxId: 'o1' }),
  );
  show(chat);
  expect((await screen.findByRole('img', { name: 'A cat that waved' })).getAttribute('src')).toBe('https://cdn.example/old.webp');
  const waiting = await screen.findByRole('img', { name: 'A cat that waves' });
  expect(waiting.closest('.bubble')!.className).toContain('is-emoji');
  fireEvent.error(waiting);
  screen.getByText('A cat that waves');
});

test('asks before a place is shared, and gives it rounded unless the user wants it exact', async () => {
  const { chat, conversation } = withBob();
  const getCurrentPosition = vi.fn((found: PositionCallback, _: PositionErrorCallback) =>
    found({ coords: { latitude: 52.5162746, longitude: 13.3777041 } } as GeolocationPosition),
  );
  Object.defineProperty(navigator, 'geolocation', { configurable: true, value: { getCurrentPosition } });
  show(chat);
  await chooseToSend('Share your place');
  await screen.findByText(/bob sees where you are now.*rounded to some 110 m/);
  expect(getCurrentPosition).not.toHaveBeenCalled();
  const share = () => userEvent.click(screen.getByRole('button', { name: 'Share', hidden: true }));
  await share();
  expect(conversation.send).toHaveBeenLastCalledWith({ location: { latitude: 52.516, longitude: 13.378 } });
  await chooseToSend('Share your place');
  await userEvent.click(await screen.findByRole('checkbox', { name: 'Exactly where I am', hidden: true }));
  await share();
  expect(conversation.send).toHaveBeenLastCalledWith({ location: { latitude: 52.516275, longitude: 13.377704, exact: true } });
  getCurrentPosition.mockImplementation((_, failed) => failed({ code: 1 } as GeolocationPositionError));
  await chooseToSend('Share your place');
  await share();
  await screen.findByText(/This page may not know where you are/);
  expect(conversation.send).toHaveBeenCalledTimes(2);
});

test('shares no place once the user has left, however long the device takes, and as it was asked for', async () => {
  const { chat, conversation } = withBob();
  const found: PositionCallback[] = [];
  const getCurrentPosition = (one: PositionCallback) => void found.push(one);
  Object.defineProperty(navigator, 'geolocation', { configurable: true, value: { getCurrentPosition } });
  const coords = { latitude: 52.5162746, longitude: 13.3777041 };
  show(chat);
  const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name, hidden: true }));
  await chooseToSend('Share your place');
  await press('Share');
  expect(screen.getByRole('checkbox', { name: 'Exactly where I am', hidden: true })).toHaveProperty('disabled', true);
  await press('Cancel');
  await chooseToSend('Share your place');
  await screen.findByRole('button', { name: 'Share', hidden: true });
  await act(async () => found[0]!({ coords } as GeolocationPosition));
  expect(conversation.send).not.toHaveBeenCalled();
  // What was left doesn't close what was opened since.
  await press('Share');
  await act(async () => found[1]!({ coords } as GeolocationPosition));
  expect(conversation.send).toHaveBeenCalledTimes(1);
  expect(document.querySelector('dialog')).toBeNull();
});

test('shows a place in words, and a map only to who opens it', async () => {
  const { chat } = withBob(
    messageOf(1, 'bob', 'Here', { location: { latitude: 52.516, longitude: -13.378 } }),
    messageOf(2, 'bob', '', { location: { latitude: -1.5, longitude: 13.377704, exact: true } }),
  );
  const { container } = show(chat);
  const link = screen.getByRole('link', { name: /52.516° N, 13.378° W/ });
  expect(link.getAttribute('href')).toBe('https://www.openstreetmap.org/?mlat=52.516&mlon=-13.378#map=15/52.516/-13.378');
  expect(link.getAttribute('rel')).toContain('noopener noreferrer');
  screen.getByRole('link', { name: /Exact place.*1.500000° S, 13.377704° E/ });
  expect(container.querySelector('.messenger img, iframe')).toBeNull();
});

/** The details, with what was shared of each kind. */
async function withShared(lists: Partial<Record<string, Partial<SharedState>>>, messages: MessageView[] = []) {
  const all = withBob(...messages);
  const shared = Object.fromEntries(
    ['media', 'link', 'voice', 'card'].map(kind => {
      const state = valueOf<SharedState>({ status: 'ready', messages: [], hasMore: false, isLoading: false, ...lists[kind] });
      return [kind, { ...state, loadMore: vi.fn(async () => {}) }];
    }),
  );
  sharing.shared.mockImplementation((_: string, kind: string) => shared[kind]);
  sharing.streak.mockReturnValue(valueOf<ShownStreak>({ status: 'loading' }));
  show(all.chat, '#/c/c/details');
  await screen.findByRole('tablist', { name: 'What was shared' });
  return { ...all, shared };
}

test('lists what was shared by kind, opens photos large, and goes on where there is more', async () => {
  const photo = { mediaId: 'p', kind: 'image', state: 'ready', contentType: 'image/webp', bytes: 1 } as const;
  const { shared } = await withShared({
    media: { messages: [messageOf(3, 'bob', '', { attachments: [photo] })], hasMore: true },
    link: { messages: [messageOf(2, 'alice', 'https://trams.example/28 and https://trams.example/12')] },
  });
  await userEvent.click(await screen.findByRole('button', { name: /^Photo, bob/ }));
  expect((await screen.findByRole('img', { name: 'Photo, bob', hidden: true })).closest('dialog')).toBeTruthy();
  await userEvent.keyboard('{Escape}');
  fireEvent(document.querySelector('dialog')!, new Event('cancel', { cancelable: true }));
  await userEvent.click(screen.getByRole('button', { name: 'Show older ones' }));
  expect(shared['media']!.loadMore).toHaveBeenCalledTimes(1);
  screen.getByRole('tab', { name: 'Photos' }).focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'Links', selected: true }));
  const panel = screen.getByRole('tabpanel', { name: 'Links' });
  const hrefs = within(panel).getAllByRole('link').map(link => link.getAttribute('href'));
  expect(hrefs).toEqual(['#/c/c', 'https://trams.example/28', 'https://trams.example/12']);
  await userEvent.keyboard('{End}');
  within(screen.getByRole('tabpanel', { name: 'Cards' })).getByText('No cards yet.');
});

const streak = { state: 'active', days: 12, zone: '+00:00', restoresLeft: 3, wroteToday: ['alice'], offBy: [] } as const;

test('shows the days in a row in the list, the header and the details, restores them, and turns them off', async () => {
  const seen = valueOf<ShownStreak>({ status: 'ready', streak });
  const { chat } = withBob();
  const fresh = summaryOf('c', { activityAt: new Date().toISOString() });
  chat.conversation('c').summary.set(fresh);
  chat.conversations().set({ conversations: [fresh], isLoaded: true });
  sharing.shared.mockReturnValue(valueOf<SharedState>({ status: 'ready', messages: [], hasMore: false, isLoading: false }));
  sharing.streak.mockReturnValue(seen);
  sharing.restoreStreak.mockResolvedValue(streak);
  sharing.changeStreak.mockResolvedValue(streak);
  show(chat, '#/c/c/details');
  await waitFor(() => expect(screen.getAllByRole('img', { name: '12 days in a row' })).toHaveLength(1));
  await screen.findByText('12 days in a row. bob still has to write.');
  const at = new Date().toISOString();
  act(() => seen.set({ status: 'ready', streak: { ...streak, state: 'grey', graceUntil: at, wroteToday: [] } }));
  screen.getByRole('img', { name: '12 days in a row, about to end' });
  act(() => seen.set({ status: 'ready', streak: { ...streak, state: 'lost', restorableUntil: at, wroteToday: [] } }));
  await userEvent.click(screen.getByRole('button', { name: /Restore it/ }));
  expect(sharing.restoreStreak).toHaveBeenCalledWith('c');
  await screen.findByText('The days in a row are back.');
  await userEvent.click(screen.getByRole('switch', { name: 'Count the days in a row' }));
  expect(sharing.changeStreak).toHaveBeenCalledWith('c', { enabled: false });
  act(() => seen.set({ status: 'ready', streak: { ...streak, state: 'off', days: 0, wroteToday: [], offBy: ['bob'] } }));
  screen.getByText('bob doesn’t want the days to be counted.');
  expect(screen.queryByRole('img', { name: /in a row/ })).toBeNull();
  act(() => seen.set({ status: 'ready', streak }));
  screen.getByRole('img', { name: '12 days in a row' });
  // Where nobody has written for so long there is none, and nothing is asked.
  act(() => chat.conversation('c').summary.set({ ...fresh, activityAt: new Date(Date.now() - 6 * 86_400_000).toISOString() }));
  expect(screen.queryByRole('img', { name: /in a row/ })).toBeNull();
});
