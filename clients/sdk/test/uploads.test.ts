import { describe, expect, test, vi } from 'vitest';
import { ChatError } from '../src/index.js';
import { photosOf, png, refusal, story } from './support/blobs.js';
import { look, soon } from './support/story.js';

describe('Uploads', () => {
  test('are three at a time of all messages, and wait their turn where the user has too many open', async () => {
    const { world, id, media, blobs } = await story();
    let [now, most, full] = [0, 0, 3];
    blobs.onPut = async () => {
      most = Math.max(most, ++now);
      await new Promise<void>(resolve => world.clock.after(2000, resolve));
      now--;
      return undefined;
    };
    const limit = { name: 'openUploads', value: 20 };
    const body = { status: 429, code: 'limit_reached', title: 'Too many.', limit };
    blobs.next = path => (path === '/media/uploads' && full-- > 0 ? { status: 429, body, headers: { 'Retry-After': '900' } } : undefined);
    const all = [];
    for (let index = 0; index < 4; index++) all.push(media.send(id, {}, await photosOf(media, 3, `${index}`)).sent);
    for (const sent of all) await soon(world, sent);
    expect(most).toBe(3);
    expect(world.service.messages('bob', id)).toHaveLength(4);
    await world.close();
  });

  test('that are lost before they are completed, or deleted as no message came, begin anew', async () => {
    const { world, id, media, blobs, photos } = await story();
    let lost = 1;
    const first: string[] = [];
    blobs.next = (path, key) => {
      if (path.endsWith('/complete')) return lost-- > 0 ? refusal(404, 'media_not_found') : undefined;
      if (key!.endsWith('-again')) return undefined;
      first.push(key!);
      return { status: 200, body: { mediaId: 'gone', state: 'deleted' } };
    };
    const message = await soon(world, media.send(id, {}, photos).sent);
    expect(message.attachments?.map(({ mediaId }) => mediaId)).not.toContain('gone');
    expect(first).toHaveLength(2);
    await world.close();
  });

  test('that the service let go of before the message came are done once more, and no more than once by themselves', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    let refused = 1;
    blobs.onSend = () => (refused-- > 0 ? refusal(404, 'media_not_found') : undefined);
    await soon(world, media.send(id, { text: 'Look' }, photos).sent);
    expect(blobs.keys).toHaveLength(4);
    expect(new Set(blobs.keys).size).toBe(4);
    refused = 2;
    const { sent, outboxId } = media.send(id, {}, photos);
    await expect(soon(world, sent)).rejects.toMatchObject({ code: 'media_not_found' });
    expect(alice.chat.outbox.getSnapshot()).toMatchObject([{ state: 'failed', error: { code: 'media_not_found' } }]);
    alice.chat.outbox.retry(outboxId);
    await world.clock.until('it is sent', () => world.service.messages('bob', id).length === 2);
    expect(new Set(blobs.keys).size).toBe(10);
    await world.close();
  });

  test('are kept where the message is refused for another reason, or one of them is', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    blobs.onSend = () => refusal(403, 'not_allowed');
    const first = media.send(id, {}, photos);
    await expect(soon(world, first.sent)).rejects.toMatchObject({ code: 'not_allowed' });
    blobs.onSend = () => undefined;
    alice.chat.outbox.edit(first.outboxId, 'Again');
    await world.clock.until('it is sent', () => world.service.messages('bob', id).length === 1);
    expect(blobs.keys).toHaveLength(2);

    let bad = 'media3';
    blobs.next = path => (path.includes(bad) ? { status: 200, body: { mediaId: bad, state: 'failed', reason: 'wrong_type' } } : undefined);
    // The first of them is done by then.
    blobs.onPut = async () => void (blobs.puts % 2 ? undefined : await new Promise<void>(resolve => world.clock.after(1000, resolve)));
    const second = media.send(id, {}, await photosOf(media, 2));
    const error = await soon(world, second.sent).catch((refused: unknown) => refused as ChatError);
    expect(error).toMatchObject({ code: 'media_failed', message: 'The file couldn’t be processed.' });
    bad = 'none';
    alice.chat.outbox.retry(second.outboxId);
    await world.clock.until('it is sent', () => world.service.messages('bob', id).length === 2);
    const keys = blobs.keys.slice(2);
    expect([keys.length, new Set(keys).size]).toEqual([3, 3]);
    await world.close();
  });

  test('wait as long as the service says, whatever becomes of the window', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    blobs.next = path => (path === '/media/uploads' ? { ...refusal(429, 'rate_limited'), headers: { 'Retry-After': '60' } } : undefined);
    media.send(id, {}, photos);
    await world.clock.pass(1000);
    for (let second = 0; second < 50; second++) {
      await world.clock.pass(1000);
      alice.notice();
    }
    expect(blobs.asked).toHaveLength(2);
    await world.close();
  });

  test('end when the chat is closed, with what they show in the page', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    let ended = 0;
    blobs.onPut = signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error(`${++ended}`))));
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    media.send(id, {}, photos);
    const alone = media.upload(id, png('alone'));
    alone.catch(() => {});
    await world.clock.until('all are on their way', () => blobs.puts === 3);
    void alice.chat.close();
    await expect(soon(world, alone)).rejects.toMatchObject({ code: 'cancelled' });
    expect(ended).toBe(3);
    expect(revoked).toHaveBeenCalledWith(photos[0]!.url);
    await world.close();
  });
});

test('A message with photos is sent, and can be cancelled, where the device keeps no files', async () => {
  const { world, id, alice, media, blobs, photos } = await story();
  const { put } = IDBObjectStore.prototype;
  const refuse = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    if ((value as { attachments?: object }).attachments) throw new DOMException('No files.', 'DataCloneError');
    return put.call(this, value, key);
  });
  const first = media.send(id, {}, photos);
  expect(await soon(world, alice.chat.outbox.cancel(first.outboxId))).toBe(true);
  await expect(soon(world, first.sent)).rejects.toMatchObject({ code: 'cancelled' });
  await soon(world, media.send(id, {}, photos).sent);
  expect(alice.chat.storage.getSnapshot().isDegraded).toBe(true);
  expect(alice.chat.outbox.getSnapshot()).toEqual([]);
  expect(blobs.puts).toBe(2);
  refuse.mockRestore();
  await world.close();
});

test('A message has 1 to 9 photos', async () => {
  const { world, id, media } = await story();
  for (const count of [0, 10]) {
    const photos = await photosOf(media, count);
    expect(() => media.send(id, {}, photos)).toThrow(ChatError);
  }
  await world.close();
});

test('Photos go when their message is taken back, at once for who does it', async () => {
  const { world, id, toBob, toAlice, media, photos } = await story();
  const [own, others] = [look(toBob), look(toAlice)];
  const { messageId } = await soon(world, media.send(id, { text: 'Look' }, photos).sent);
  const attachments = () => [own, others].map(window => window.getSnapshot().messages.at(-1)!.attachments?.length);
  await world.clock.pass(3000);
  expect(attachments()).toEqual([2, 2]);
  toBob.unsend(messageId);
  expect(own.getSnapshot().messages.at(-1)).not.toHaveProperty('attachments');
  await world.clock.pass(3000);
  expect(attachments()).toEqual([undefined, undefined]);
  await world.close();
});
