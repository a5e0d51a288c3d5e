import { ChatError, type OutboxItem, type ShownAttachment } from '@chat-functions/client';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { messageOf, valueOf } from '../../react/test/fake-chat.ts';
import { sizeOf } from '../src/format.ts';
import { show, withBob } from './page.tsx';

const media = vi.hoisted(() => ({ prepare: vi.fn(), send: vi.fn(), sendFile: vi.fn(), photo: vi.fn(), progress: vi.fn() }));
const mediaOf = vi.hoisted(() => vi.fn(() => media));
vi.mock('@chat-functions/client/media', () => ({ mediaOf }));

beforeEach(() => {
  vi.clearAllMocks();
  media.photo.mockReturnValue(valueOf({ status: 'ready', url: 'https://blobs/f?sig=1' }));
  media.progress.mockReturnValue(valueOf(undefined));
  media.prepare.mockImplementation(async (file: File) => ({ blob: file, url: `blob:${file.name}` }));
  URL.revokeObjectURL = vi.fn();
});

const plan: ShownAttachment = {
  mediaId: 'f',
  kind: 'file',
  state: 'ready',
  contentType: 'application/octet-stream',
  bytes: 1_250_000,
  fileName: 'Plan.pdf',
};
const fileOf = (more?: Partial<ShownAttachment>) => messageOf(1, 'bob', '', { attachments: [{ ...plan, ...more }] });

test('shows what a file is called and how large it is, and saves it under its name', async () => {
  show(withBob(fileOf()).chat);
  const save = await screen.findByRole('button', { name: 'Save Plan.pdf' });
  const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(new Response('<Error/>', { status: 403 }));
  const saved: string[] = [];
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  URL.createObjectURL = vi.fn(() => 'blob:saved');
  await userEvent.click(save);
  await screen.findByText('The file couldn’t be saved. Try again in a moment.');
  fetched.mockResolvedValueOnce(new Response('it'));
  await userEvent.click(save);
  await waitFor(() => expect(saved).toEqual(['Plan.pdf']));
  expect(fetched.mock.calls).toEqual([['https://blobs/f?sig=1'], ['https://blobs/f?sig=1']]);
  fetched.mockRestore();
  clicked.mockRestore();
  within(screen.getByRole('group', { name: 'File, bob' })).getByText(sizeOf(1_250_000));
  expect(document.querySelector('.file img, .file iframe, .file object')).toBeNull();
});

test.each([
  ['failed', undefined, 'This file couldn’t be processed.'],
  ['ready', 'media_not_found', 'This file isn’t there any more.'],
] as const)('says of one that is %s, %s, why it can’t be had', async (state, code, said) => {
  const { chat } = withBob(fileOf({ state }));
  if (code) media.photo.mockReturnValue(valueOf({ status: 'failed', error: new ChatError({ code }) }));
  show(chat);
  await screen.findByText(said);
  expect(screen.queryByRole('button', { name: /Save/ })).toBeNull();
});

test('shows how far an upload is, and cancels it', async () => {
  const { chat } = withBob({ ...fileOf({ blob: new Blob(['x']), state: 'processing' }), isMine: true, state: 'queued', outboxId: 'o' });
  media.progress.mockReturnValue(valueOf(0.4));
  show(chat);
  expect((await screen.findByRole('progressbar', { name: 'Upload: Plan.pdf' })).getAttribute('aria-valuenow')).toBe('40');
  await userEvent.click(screen.getByRole('button', { name: 'Don’t send it' }));
  expect(chat.outbox.cancel).toHaveBeenCalledWith('o');
});

test('says why a file was refused', async () => {
  const error = new ChatError({ code: 'files_disabled', title: 'Files can’t be sent here.' });
  show(withBob({ ...fileOf({ blob: new Blob(['x']) }), isMine: true, state: 'failed', outboxId: 'o', error }).chat);
  within(await screen.findByRole('group', { name: 'Not sent' })).getByText(/Files can’t be sent here\./);
});

test('sends files one by one behind the photos, which have what was typed', async () => {
  const { container } = show(withBob().chat);
  const composer = screen.getByPlaceholderText('Message');
  const named = (name: string, type: string) => new File(['x'], name, { type });
  await userEvent.upload(container.querySelector<HTMLInputElement>('input[type=file]:not([accept])')!, [
    named('Plan.pdf', 'application/pdf'),
    new File([], 'empty.txt'),
  ]);
  screen.getByText('empty.txt is empty, or a folder.');
  fireEvent.paste(composer, { clipboardData: { types: ['Files'], files: [named('page.html', 'text/html'), named('photo', 'image/png')] } });
  await screen.findByRole('img', { name: 'Photo 3' });
  await userEvent.type(composer, 'Look{Enter}');
  await waitFor(() => expect(media.sendFile).toHaveBeenCalledTimes(2));
  expect(media.send).toHaveBeenCalledWith('c', { text: 'Look' }, [expect.objectContaining({ url: 'blob:photo' })]);
  expect(media.sendFile.mock.calls.map(([, content, file]) => [content, (file as File).name])).toEqual([
    [{}, 'Plan.pdf'],
    [{}, 'page.html'],
  ]);
  await userEvent.upload(container.querySelector<HTMLInputElement>('input[type=file]:not([accept])')!, named('b.zip', 'application/zip'));
  await userEvent.type(composer, 'Alone{Enter}');
  const sent = expect.objectContaining({ name: 'b.zip' });
  await waitFor(() => expect(media.sendFile).toHaveBeenLastCalledWith('c', { text: 'Alone' }, sent));
  expect(media.send).toHaveBeenCalledTimes(1);
});

test('sends a photo that was chosen as a file as it is', async () => {
  const { container } = show(withBob().chat);
  const drawing = new File(['x'], 'plan.svg', { type: 'image/svg+xml' });
  await userEvent.upload(container.querySelector<HTMLInputElement>('input[type=file]:not([accept])')!, drawing);
  await screen.findByText('plan.svg');
  await userEvent.type(screen.getByPlaceholderText('Message'), '{Enter}');
  await waitFor(() => expect(media.sendFile).toHaveBeenCalledWith('c', {}, drawing));
  expect(media.prepare).not.toHaveBeenCalled();
});

test('keeps what was typed where files can’t be sent just now', async () => {
  const { container } = show(withBob().chat);
  const composer = screen.getByPlaceholderText('Message');
  await userEvent.type(composer, 'The plan');
  mediaOf.mockImplementation(() => {
    throw new Error('A part of the page can’t be loaded.');
  });
  const file = new File(['x'], 'Plan.pdf', { type: 'application/pdf' });
  await userEvent.upload(container.querySelector<HTMLInputElement>('input[type=file]:not([accept])')!, file);
  await screen.findByText('A part of the page can’t be loaded.');
  expect(screen.queryByText('Plan.pdf')).toBeNull();
  expect(composer).toHaveProperty('value', 'The plan');
  mediaOf.mockImplementation(() => media);
});

test('once a file was refused since files are off, says so and doesn’t offer it again while the page is open', async () => {
  const { chat } = withBob();
  const { container } = show(chat);
  const menu = async () => {
    await userEvent.click(screen.getByRole('button', { name: 'More to send' }));
    const labels = screen.getAllByRole('menuitem').map(({ textContent }) => textContent);
    await userEvent.keyboard('{Escape}');
    return labels;
  };
  const error = new ChatError({ code: 'files_disabled', title: 'Files can’t be sent here.' });
  const refused = (queuedAt: Date): OutboxItem => {
    const id = queuedAt.toISOString();
    return { id, conversationId: 'c', kind: 'send', state: 'failed', queuedAt: id, error };
  };
  // What an earlier visit was refused says nothing of today.
  act(() => chat.outbox.set([refused(new Date(0))]));
  expect(await menu()).toContain('File');
  act(() => chat.outbox.set([refused(new Date())]));
  await screen.findByText('Files can’t be sent here, but photos, videos and voice messages.');
  expect(await menu()).not.toContain('File');
  act(() => chat.outbox.set([]));
  expect(await menu()).not.toContain('File');
  const document = new File(['x'], 'Plan.pdf', { type: 'application/pdf' });
  const photo = new File(['x'], 'photo.png', { type: 'image/png' });
  await userEvent.click(screen.getByText('Files can’t be sent here, but photos, videos and voice messages.'));
  fireEvent.paste(screen.getByPlaceholderText('Message'), { clipboardData: { types: ['Files'], files: [document, photo] } });
  await screen.findByText('Files can’t be sent here, but photos, videos and voice messages.');
  await screen.findByRole('img', { name: 'Photo 1' });
  expect(screen.queryByText('Plan.pdf')).toBeNull();
  expect(container.querySelector('input[type=file]:not([accept])')).toBeNull();
});
