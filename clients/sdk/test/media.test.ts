import { describe, expect, test, vi } from 'vitest';
import { until } from '../src/index.js';
import { png, refusal, story } from './support/blobs.js';
import type { Answer } from './support/service.js';
import { look, soon } from './support/story.js';

describe('A message with photos', () => {
  test('shows at once, waits for its uploads, and is sent once', async () => {
    const { world, id, toBob, media, blobs, photos } = await story();
    const window = look(toBob);
    await world.clock.pass(1000);
    const seen: (number | undefined)[] = [];
    const { sent } = media.send(id, { text: 'Look' }, photos);
    const [pending] = window.getSnapshot().messages;
    expect(pending).toMatchObject({ text: 'Look', state: 'queued', attachments: [{ kind: 'image', state: 'processing' }, {}] });
    media.progress(pending!.attachments![0]!).subscribe(() => seen.push(media.progress(pending!.attachments![0]!).getSnapshot()));
    const text = toBob.send({ text: 'behind it' });
    const message = await soon(world, sent);
    expect(message.attachments?.map(({ mediaId }) => mediaId)).toEqual(['media0', 'media1']);
    await soon(world, text.sent);
    await world.clock.pass(2000);
    expect(world.service.messages('bob', id)).toHaveLength(2);
    expect(blobs.puts).toBe(2);
    expect(seen).toContain(0.5);
    await world.close();
  });

  test('is sent after a reload in the middle of an upload; what was put needs no second upload', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    // One is put, but nobody hears of it; the other hangs.
    let count = 0;
    blobs.onPut = async () => {
      if (++count === 1) [...blobs.uploads.values()][0]!.isPut = true;
      return await new Promise<never>(() => {});
    };
    await soon(world, media.send(id, {}, photos).queued);
    await world.clock.until('both are on their way', () => blobs.puts === 2);
    alice.kill();
    const again = alice.device.open();
    blobs.onPut = async () => undefined;
    await world.clock.pass(1000);
    expect(again.chat.outbox.getSnapshot()).toMatchObject([{ kind: 'send', state: 'queued', attachments: [{}, {}] }]);
    blobs.of(again);
    await world.clock.until('it is sent', () => world.service.messages('bob', id).length === 1);
    expect(blobs.puts).toBe(3);
    await world.clock.pass(100_000);
    expect(world.service.messages('bob', id)).toHaveLength(1);
    await world.close();
  });

  test('is uploaded again where answers get lost, addresses end and the service is busy', async () => {
    const { world, id, media, blobs, photos } = await story();
    const troubles: (Answer | 'lost')[] = ['lost', { status: 503, headers: { 'Retry-After': '1' } }, 'lost', 'lost'];
    let count = 0;
    blobs.next = () => (count++ % 2 ? troubles.pop() : undefined);
    blobs.onPut = async () => (blobs.puts === 1 ? 500 : blobs.puts === 2 ? 403 : undefined);
    const message = await soon(world, media.send(id, {}, photos).sent);
    expect(message.attachments).toHaveLength(2);
    expect(world.service.messages('bob', id)).toHaveLength(1);
    await world.close();
  });

  test('waits while the device is offline, and goes on when it isn’t any more', async () => {
    const { world, id, alice, media, photos } = await story();
    alice.setOnline(false);
    const { sent } = media.send(id, {}, photos);
    await world.clock.sleep(3600_000);
    await world.clock.pass(1000);
    expect(alice.chat.outbox.getSnapshot()).toMatchObject([{ state: 'queued' }]);
    alice.setOnline(true);
    await soon(world, sent);
    await world.close();
  });

  test('fails with the refusal of an upload, and begins anew when it is tried again', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    blobs.next = () => ({ status: 403, body: { status: 403, code: 'not_allowed', title: 'No photos.' } });
    const first = media.send(id, {}, photos);
    await expect(soon(world, first.sent)).rejects.toMatchObject({ code: 'not_allowed' });
    const [failed] = alice.chat.outbox.getSnapshot();
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'not_allowed' } });
    blobs.next = undefined;
    alice.chat.outbox.retry(failed!.id);
    await world.clock.until('it is sent', () => world.service.messages('bob', id).length === 1);
    await world.close();
  });

  test('can be cancelled in the middle of its upload', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    const ended: boolean[] = [];
    blobs.onPut = signal =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          ended.push(true);
          reject(new Error('aborted'));
        }),
      );
    const { sent, outboxId } = media.send(id, {}, photos);
    await world.clock.until('both are on their way', () => blobs.puts === 2);
    expect(await soon(world, alice.chat.outbox.cancel(outboxId))).toBe(true);
    await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
    await world.clock.pass(60_000);
    expect(ended).toEqual([true, true]);
    expect(world.service.messages('bob', id)).toEqual([]);
    await world.close();
  });

  test('is uploaded by one tab of several, and by another one when that is closed', async () => {
    const { world, id, alice, media, blobs, photos } = await story();
    const second = alice.device.open();
    blobs.of(second);
    await world.clock.pass(3000);
    let isStuck = true;
    blobs.onPut = async () => (isStuck ? await new Promise<never>(() => {}) : undefined);
    media.send(id, {}, photos);
    await world.clock.until('both are on their way', () => blobs.puts === 2);
    isStuck = false;
    alice.kill();
    await world.clock.until('it is sent', () => world.service.messages('bob', id).length === 1);
    await world.close();
  });
});

describe('Addresses of photos', () => {
  const ready = (mediaId: string) => ({ mediaId, kind: 'image', state: 'ready', contentType: 'image/webp', bytes: 1 }) as const;

  test('are asked for together, at most 100 at once, kept, and asked for again before they end', async () => {
    const { world, id, media, blobs } = await story();
    const message = { conversationId: id, messageId: 'm1' };
    const of = (index: number) => media.photo(message, ready(`p${index}`), '320');
    const ends = Array.from({ length: 120 }, (_, index) => of(index).subscribe(() => {}));
    await world.clock.pass(1000);
    expect(blobs.asked).toHaveLength(2);
    expect(of(119).getSnapshot()).toMatchObject({ status: 'ready', url: expect.stringContaining('p119') as string });
    const before = of(0).getSnapshot().url;
    for (const end of ends) end();
    await world.clock.pass(30 * 60_000);
    const end = of(0).subscribe(() => {});
    await world.clock.pass(1000);
    expect(blobs.asked).toHaveLength(2);
    await world.clock.pass(30 * 60_000);
    expect(blobs.asked).toHaveLength(3);
    expect(of(0).getSnapshot().url).not.toBe(before);
    // Somebody goes on looking at it.
    await world.clock.pass(60 * 60_000);
    expect(blobs.asked).toHaveLength(4);
    end();
    await world.clock.pass(60 * 60_000);
    expect(blobs.asked).toHaveLength(4);
    await world.close();
  });

  test('stay until they end where they can’t be asked for again, and are then asked for ever less often', async () => {
    const { world, id, media, blobs } = await story();
    const shown = media.photo({ conversationId: id, messageId: 'm1' }, ready('p'), '320');
    const end = shown.subscribe(() => {});
    await world.clock.pass(58 * 60_000);
    blobs.next = () => ({ ...refusal(503, 'unavailable'), headers: { 'Retry-After': '40' } });
    await world.clock.pass(65_000);
    expect(blobs.asked.length).toBeGreaterThan(1);
    expect(shown.getSnapshot().status).toBe('ready');
    await world.clock.pass(3 * 60_000);
    expect(shown.getSnapshot()).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
    expect(blobs.asked.length).toBeLessThan(8);
    blobs.next = undefined;
    await world.clock.pass(2 * 60_000);
    expect(shown.getSnapshot().status).toBe('ready');
    end();
    await world.close();
  });

  test('that ended while nobody looked aren’t given to who looks again', async () => {
    const { world, id, media } = await story();
    const shown = media.photo({ conversationId: id, messageId: 'm1' }, ready('p'), 'original');
    shown.subscribe(() => {})();
    await world.clock.pass(500);
    const { url } = shown.getSnapshot();
    await world.clock.pass(2 * 3600_000);
    const soonShown = soon(world, until(shown, ({ status }) => status !== 'loading'));
    expect((await soonShown).url).toMatch(/^https/);
    expect((await soonShown).url).not.toBe(url);
    await world.close();
  });

  test('are asked for again although nobody looked for a moment', async () => {
    const { world, id, media, blobs } = await story();
    const shown = media.photo({ conversationId: id, messageId: 'm1' }, ready('p'), '320');
    let end = shown.subscribe(() => {});
    await world.clock.pass(1000);
    // Around when it is due, whose place in that second nobody knows.
    await world.clock.pass(57 * 60_000);
    for (let step = 0; step < 300 && blobs.asked.length < 2; step++) {
      end();
      await world.clock.pass(600);
      end = shown.subscribe(() => {});
    }
    await world.clock.pass(1000);
    expect(blobs.asked).toHaveLength(2);
    end();
    await world.close();
  });

  test('of what is refused there are none, and nothing of any is kept on the device', async () => {
    const { world, id, alice, media, blobs } = await story();
    const shown = media.photo({ conversationId: id, messageId: 'm1' }, ready('good'), '1080');
    shown.subscribe(() => {});
    await world.clock.pass(1000);
    blobs.next = () => ({ status: 200, body: { items: [{ messageId: 'm1', mediaId: 'gone', variant: '320', code: 'media_not_found' }] } });
    const gone = media.photo({ conversationId: id, messageId: 'm1' }, ready('gone'), '320');
    gone.subscribe(() => {});
    await world.clock.pass(1000);
    expect(gone.getSnapshot()).toMatchObject({ status: 'failed', error: { code: 'media_not_found' } });
    const bad = media.photo({ conversationId: id, messageId: 'm1' }, { ...ready('bad'), state: 'failed' }, '320');
    expect(bad.getSnapshot().status).toBe('failed');
    const { store } = await alice.chat.core.ready;
    const { tables, under } = await import('../src/store.js');
    const kept = await store.read(tx => Promise.all(tables.map(table => tx.range(table, ...under()))));
    expect(JSON.stringify(kept)).not.toContain('https://blobs');
    await world.close();
  });
});

test('What isn’t a picture isn’t made a photo, and an upload alone has its id and its progress', async () => {
  const { world, id, media } = await story();
  await expect(media.prepare(new Blob(['<svg/>'], { type: 'image/svg+xml' }))).rejects.toMatchObject({ code: 'media_failed' });
  const parts: number[] = [];
  const { mediaId } = await soon(world, media.upload(id, png('alone'), { onProgress: part => parts.push(part) }));
  expect([mediaId, parts]).toEqual(['media0', [0.5, 1]]);
  await world.close();
});

describe('A voice message', () => {
  test('shows at once with its waveform, goes up as what it is, and is heard here without asking', async () => {
    const { world, id, toBob, media, blobs } = await story();
    const window = look(toBob);
    await world.clock.pass(1000);
    const waveform = Array.from({ length: 64 }, (_, index) => index);
    const voice = { blob: new Blob(['sound'], { type: 'audio/webm' }), durationMs: 2_000, waveform };
    const { sent } = media.sendVoice(id, { replyTo: undefined }, voice);
    const [pending] = window.getSnapshot().messages;
    const shown = { kind: 'voice', state: 'processing', contentType: 'audio/webm', bytes: 5, durationMs: 2_000, waveform };
    expect(pending?.attachments).toMatchObject([shown]);
    expect(media.photo(pending!, pending!.attachments![0]!, 'original').getSnapshot()).toMatchObject({ status: 'ready' });
    expect((await soon(world, sent)).attachments).toHaveLength(1);
    expect(blobs.declared).toMatchObject([{ kind: 'voice', contentType: 'audio/webm', bytes: 5, waveform }]);
    expect(blobs.asked).not.toContain('/media/urls');
    await world.close();
  });
});

describe('A file of any kind', () => {
  const plan = new File(['<script>'], 'Plan.html', { type: 'text/html' });

  test('goes out under its name, and is no page where it is opened', async () => {
    const { world, id, toBob, media, blobs } = await story();
    const made = vi.spyOn(URL, 'createObjectURL');
    const window = look(toBob);
    await world.clock.pass(1000);
    const { sent } = media.sendFile(id, {}, plan);
    const [file] = window.getSnapshot().messages[0]!.attachments!;
    const type = 'application/octet-stream';
    expect(file).toMatchObject({ kind: 'file', fileName: 'Plan.html', bytes: 8, contentType: type, blob: { type } });
    expect(made.mock.lastCall).toMatchObject([{ type }]);
    await soon(world, sent);
    expect(blobs.declared).toMatchObject([{ kind: 'file', fileName: 'Plan.html', bytes: 8 }]);
    await world.close();
  });

  test('isn’t read when it is too large, or empty', async () => {
    const { world, id, media } = await story();
    const large = Object.defineProperty(new File(['x'], 'film.mov'), 'size', { value: 26_214_401 });
    for (const refused of [large, new File([], 'nothing')])
      expect(() => media.sendFile(id, {}, refused)).toThrow(expect.objectContaining({ code: 'media_failed' }));
    await world.close();
  });
});

test('A video goes out with what it looks like', async () => {
  const { world, id, media, blobs, photos } = await story();
  const blob = new Blob(['frames'], { type: 'video/mp4' });
  const video = { kind: 'video', blob, blurhash: '00OZZy', durationMs: 900, url: 'blob:v' } as const;
  const { sent } = media.send(id, {}, [video, photos[0]!]);
  await soon(world, sent);
  expect(blobs.declared.map(({ kind, contentType, blurhash }) => [kind, contentType, blurhash]).sort()).toEqual([
    ['image', 'image/png', undefined],
    ['video', 'video/mp4', '00OZZy'],
  ]);
  await world.close();
});
