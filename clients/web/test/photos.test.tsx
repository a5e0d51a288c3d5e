import type { ShownAttachment } from '@chat-functions/client';
import type { Photo } from '@chat-functions/client/media';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { messageOf, summaryOf, valueOf } from '../../react/test/fake-chat.ts';
import { Notices } from '../src/ui/notices.tsx';
import { show, withBob } from './page.tsx';

const media = vi.hoisted(() => ({ prepare: vi.fn(), send: vi.fn(), photo: vi.fn(), progress: vi.fn() }));
vi.mock('@chat-functions/client/media', () => ({ mediaOf: () => media }));


beforeEach(() => {
  vi.clearAllMocks();
  media.photo.mockImplementation((_, { mediaId }: ShownAttachment) => valueOf({ status: 'ready', url: `https://blobs/${mediaId}` }));
  media.progress.mockReturnValue(valueOf(undefined));
  media.prepare.mockImplementation(async (file: File): Promise<Photo> => ({ blob: file, url: `blob:${file.name}` }));
  URL.revokeObjectURL = vi.fn();
});

const file = (name: string, type = 'image/png') => new File(['x'], name, { type });
const input = (container: HTMLElement) => container.querySelector<HTMLInputElement>('input[type=file]')!;
const attachment = (mediaId: string, more: Partial<ShownAttachment> = {}): ShownAttachment => ({
  mediaId,
  kind: 'image',
  state: 'ready',
  contentType: 'image/webp',
  bytes: 1,
  width: 400,
  height: 300,
  ...more,
});

test('sends the photos that were chosen, pasted and dropped, at most nine, with what was typed', async () => {
  const { chat, conversation } = withBob();
  const { container } = show(chat);
  const composer = screen.getByPlaceholderText('Message');
  await userEvent.upload(input(container), [file('1'), file('2'), file('3')]);
  fireEvent.paste(composer, { clipboardData: { types: ['Files'], files: [file('4')] } });
  // A spreadsheet's cells have a picture of them beside.
  fireEvent.paste(composer, { clipboardData: { types: ['text/plain', 'text/html', 'Files'], files: [file('cells')] } });
  fireEvent.drop(container.querySelector('.conversation')!, {
    dataTransfer: { types: ['Files'], files: Array.from({ length: 7 }, (_, index) => file(`${index + 5}`)) },
  });
  await waitFor(() => expect(screen.getAllByRole('img', { name: /^Photo \d$/ })).toHaveLength(9));
  screen.getByText('At most 9 photos and files are sent at once.');
  await userEvent.click(screen.getByRole('button', { name: 'Remove photo 2' }));
  await userEvent.type(composer, 'Look{Enter}');
  await waitFor(() => expect(media.send).toHaveBeenCalledTimes(1));
  const [id, content, photos] = media.send.mock.calls[0] as [string, object, readonly Photo[]];
  expect([id, content, photos.map(({ url }) => url)]).toEqual([
    'c',
    { text: 'Look' },
    ['1', '3', '4', '5', '6', '7', '8', '9'].map(name => `blob:${name}`),
  ]);
  expect(conversation.send).not.toHaveBeenCalled();
  expect(screen.queryByRole('list', { name: 'To send' })).toBeNull();
  expect(composer).toHaveProperty('value', '');
});

test('says which file is no picture, and doesn’t send while a photo is made ready', async () => {
  const { chat } = withBob();
  const { container } = show(chat);
  media.prepare.mockRejectedValueOnce(new Error('This isn’t a picture that can be read.'));
  await userEvent.upload(input(container), [file('broken')]);
  await screen.findByText('This isn’t a picture that can be read.');
  expect(screen.queryByRole('list', { name: 'To send' })).toBeNull();
  let ready = (_: Photo) => {};
  media.prepare.mockReturnValueOnce(new Promise<Photo>(resolve => (ready = resolve)));
  await userEvent.upload(input(container), [file('slow')]);
  await screen.findByRole('status', { name: 'Being made ready' });
  await userEvent.type(screen.getByPlaceholderText('Message'), '{Enter}');
  expect(media.send).not.toHaveBeenCalled();
  await act(async () => ready({ blob: file('slow'), url: 'blob:slow' }));
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(media.send).toHaveBeenCalledWith('c', {}, [expect.objectContaining({ url: 'blob:slow' })]));
});

test('shows photos, what became of them, and each of them large', async () => {
  const attachments = [attachment('a'), attachment('b'), attachment('c', { state: 'failed' })];
  const { chat } = withBob(messageOf(1, 'bob', '', { attachments }));
  show(chat);
  await userEvent.click(await screen.findByRole('button', { name: 'Photo 1 of 3, bob' }));
  screen.getByText('This photo couldn’t be processed.');
  const first = await screen.findByRole('img', { name: 'Photo 1 of 3, bob', hidden: true });
  expect(first.getAttribute('src')).toBe('https://blobs/a');
  const dialog = first.closest('dialog')!;
  fireEvent.keyDown(dialog, { key: 'ArrowRight' });
  expect(dialog.querySelector('img')!.getAttribute('src')).toBe('https://blobs/b');
  fireEvent.keyDown(dialog, { key: 'ArrowLeft' });
  fireEvent(dialog, new Event('cancel', { cancelable: true }));
  expect(document.querySelector('dialog')).toBeNull();
});

test('closes a photo when its message goes', async () => {
  const message = messageOf(1, 'bob', '', { attachments: [attachment('a')] });
  const { chat, conversation } = withBob(message);
  show(chat);
  const { state } = conversation.window;
  const unsent = { ...message, attachments: undefined, unsentAt: new Date().toISOString() };
  const gone = [[unsent], [], [{ ...message, hidden: 'blocked' as const }]];
  for (const messages of gone) {
    await userEvent.click(await screen.findByRole('button', { name: 'Photo, bob' }));
    const photo = await screen.findByRole('img', { name: 'Photo, bob', hidden: true });
    expect(photo.closest('dialog')).toBeTruthy();
    act(() => state.set({ ...state.getSnapshot(), messages }));
    expect(document.querySelector('dialog')).toBeNull();
    act(() => state.set({ ...state.getSnapshot(), messages: [message] }));
    expect(document.querySelector('dialog')).toBeNull();
  }
});

test('says that a photo can’t be shown until the device is online again, and that chosen ones weren’t sent', async () => {
  const { chat } = withBob(messageOf(1, 'bob', '', { attachments: [attachment('a')] }));
  const { container, unmount } = show(chat);
  const button = await screen.findByRole('button', { name: 'Photo, bob' });
  fireEvent.error(button.querySelector('img')!);
  await screen.findByText('This photo can’t be shown now.');
  act(() => void dispatchEvent(new Event('online')));
  expect(screen.getByRole('button', { name: 'Photo, bob' }).querySelector('img')).toBeTruthy();
  await userEvent.upload(input(container), [file('1')]);
  await screen.findByRole('img', { name: 'Photo 1' });
  unmount();
  render(<Notices />);
  await screen.findByText('What you chose wasn’t sent.');
});

test('says that a photo couldn’t be saved, and keeps the page when it can’t be shown', async () => {
  const { chat } = withBob(messageOf(1, 'bob', '', { attachments: [attachment('a')] }));
  show(chat);
  await userEvent.click(await screen.findByRole('button', { name: 'Photo, bob' }));
  const close = await screen.findByRole('button', { name: 'Close', hidden: true });
  expect(document.activeElement).toBe(close);
  const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('<Error/>', { status: 403 }));
  await userEvent.click(screen.getByRole('button', { name: 'Save', hidden: true }));
  await screen.findByText('The photo couldn’t be saved. Try again in a moment.');
  fetched.mockRestore();
  await userEvent.click(close);
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  media.photo.mockImplementation(() => {
    throw new Error('broken');
  });
  act(() => {
    const { state } = chat.conversation('c').window;
    state.set({ ...state.getSnapshot(), messages: [messageOf(2, 'bob', '', { attachments: [attachment('b')] })] });
  });
  await screen.findByText('This photo can’t be shown now.');
  screen.getByPlaceholderText('Message');
  errors.mockRestore();
});

test('shows how far an upload is, and cancels it', async () => {
  const attachments = [attachment('a', { state: 'processing', blob: file('a') })];
  const waiting = { messageId: undefined, seq: undefined, state: 'queued', outboxId: 'o1', attachments } as const;
  const { chat } = withBob(messageOf(1, 'alice', '', waiting));
  media.progress.mockReturnValue(valueOf(0.4));
  show(chat);
  expect((await screen.findByRole('progressbar', { name: 'Upload: Photo, yours' })).getAttribute('aria-valuenow')).toBe('40');
  await userEvent.click(screen.getByRole('button', { name: 'Don’t send it' }));
  expect(chat.outbox.cancel).toHaveBeenCalledWith('o1');
});

test('says in the list that the newest message is a photo', () => {
  const { chat } = withBob();
  const last = { seq: 1, senderId: 'bob', preview: '', at: new Date().toISOString(), attachment: 'image' as const };
  chat.conversations().set({ conversations: [summaryOf('c', { lastMessage: last })], isLoaded: true });
  show(chat);
  expect(screen.getByRole('link', { name: /Photo/ })).toBeTruthy();
});

const video = (mediaId: string, more: Partial<ShownAttachment> = {}) =>
  attachment(mediaId, { kind: 'video', contentType: 'video/mp4', durationMs: 64_000, ...more });

test('shows of a video how long it is, loads it as it is played, and says where it can’t be', async () => {
  const { chat } = withBob(messageOf(1, 'bob', '', { attachments: [video('v'), attachment('p')] }));
  show(chat);
  const tile = await screen.findByRole('button', { name: 'Video 1 of 2, bob, 1:04' });
  screen.getByRole('button', { name: 'Photo 2 of 2, bob' });
  expect(media.photo).not.toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ mediaId: 'v' }), expect.anything());
  await userEvent.click(tile);
  const player = await vi.waitUntil(() => document.querySelector<HTMLVideoElement>('dialog video'), { timeout: 60_000 });
  expect(media.photo).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ mediaId: 'v' }), 'original');
  expect([player.getAttribute('src'), player.controls, player.preload]).toEqual(['https://blobs/v', true, 'none']);
  // Its own keys seek in it; those of the dialog go on.
  fireEvent.keyDown(player, { key: 'ArrowRight' });
  expect(document.querySelector('dialog video')).toBe(player);
  fireEvent.error(player);
  screen.getByText('This browser can’t play the video. Save it to see it elsewhere.');
  fireEvent.keyDown(document.querySelector('dialog')!, { key: 'ArrowRight' });
  expect(document.querySelector('dialog img')!.getAttribute('src')).toBe('https://blobs/p');
});

test('says that a video is processed, or couldn’t be, and that one waits', async () => {
  const waiting = { isMine: true, state: 'queued' as const, outboxId: 'o' };
  const { chat } = withBob(
    messageOf(1, 'bob', '', { attachments: [video('a', { state: 'processing', durationMs: undefined })] }),
    messageOf(2, 'bob', '', { attachments: [video('b', { state: 'failed' })] }),
    { ...messageOf(3, 'bob', '', { attachments: [video('c', { state: 'processing', blob: new Blob(['x']) })] }), ...waiting },
  );
  media.progress.mockReturnValue(valueOf(0.25));
  show(chat);
  await screen.findByText('This video couldn’t be processed.');
  await userEvent.click(screen.getByRole('button', { name: 'Video, bob' }));
  expect(document.querySelector('dialog')).toBeNull();
  screen.getByRole('status', { name: 'Being processed' });
  expect(screen.getByRole('progressbar', { name: 'Upload: Video, yours' }).getAttribute('aria-valuenow')).toBe('25');
});

test('sends videos with photos, and others as files', async () => {
  const { chat } = withBob();
  const { container } = show(chat);
  media.prepare.mockImplementation(async (one: File) => ({
    blob: one,
    url: `blob:${one.name}`,
    ...(one.type.startsWith('video/') && { kind: 'video' }),
  }));
  fireEvent.drop(container.querySelector('.conversation')!, {
    dataTransfer: { types: ['Files'], files: [file('clip', 'video/quicktime'), file('photo'), file('other.mkv', 'video/x-matroska')] },
  });
  expect((await screen.findByLabelText('Video 1')).getAttribute('src')).toBe('blob:clip');
  screen.getByRole('button', { name: 'Remove video 1' });
  screen.getByRole('button', { name: 'Remove other.mkv' });
  await waitFor(() => expect(media.prepare.mock.calls.map(([one]) => (one as File).name)).toEqual(['clip', 'photo']));
});
