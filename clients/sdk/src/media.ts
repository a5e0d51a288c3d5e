import type { Chat } from './chat.js';
import type { Core } from './core.js';
import { ChatError } from './error.js';
import { Live } from './live.js';
import { Addresses, loading, type PhotoAddress, type PhotoVariant } from './media/addresses.js';
import { prepare, type Photo } from './media/photo.js';
import { put as putFile, type Put } from './media/put.js';
import { upload } from './media/upload.js';
import type { Observable } from './observable.js';
import { allItems, type OutboxRecord } from './outbox.js';
import type { MessageView, NewMessage, QueuedMessage, ShownAttachment } from './types.js';
import type { Voice } from './voice.js';

export type { Photo, PhotoAddress, PhotoVariant };

export interface UploadOptions {
  readonly signal?: AbortSignal;
  /** Called with the part that is there, from 0 to 1. */
  readonly onProgress?: (part: number) => void;
}

/** Photos, voice messages and files of one user's chat: `mediaOf(chat)`. */
export interface Media {
  /**
   * Makes a photo of a picture's file: upright, without what a camera notes beside it, smaller if it is beyond the limits, and of an
   * animation the first picture. A video stays as it is, and so do all files in Node. Rejects with `media_failed` for what can't be read,
   * or stays too large or long.
   */
  prepare(file: Blob): Promise<Photo>;
  /** Forgets a photo that isn't sent. */
  release(photo: Photo): void;
  /**
   * Queues a message with 1–9 photos and videos. It shows at once, waits for its uploads, outlives a reload, and is sent once; a refusal
   * of an upload makes the message `failed`. Messages behind it don't wait. `chat.outbox` cancels it, and tries again what failed.
   *
   * @throws {ChatError} `bad_request` for another number of photos.
   */
  send(conversationId: string, content: Omit<NewMessage, 'poll' | 'attachments'>, photos: readonly Photo[]): QueuedMessage;
  /** Queues a voice message of `@chat-functions/client/voice`, as `send` does photos. It is heard where a photo is seen: `photo`. */
  sendVoice(conversationId: string, content: Omit<NewMessage, 'poll' | 'attachments'>, voice: Voice): QueuedMessage;
  /**
   * Queues a message with a file of any kind and at most 25 MB, as `send` does photos; `files_disabled` makes it `failed` where the service
   * takes none. `photo` has its address, by which it is saved under its name.
   *
   * @throws {ChatError} `media_failed` for one that is empty, or larger.
   */
  sendFile(conversationId: string, content: Omit<NewMessage, 'poll' | 'attachments'>, file: File): QueuedMessage;
  /**
   * Uploads a file as it is by itself, for `attachments` of a message; tried again for as long as it may succeed. Nothing of it is kept.
   */
  upload(conversationId: string, file: Blob, options?: UploadOptions): Promise<{ readonly mediaId: string }>;
  /** How far the upload of an attachment is, from 0 to 1, where this tab uploads it. */
  progress(attachment: ShownAttachment): Observable<number | undefined>;
  /**
   * Where a message's photo can be seen, its voice heard, or its file had. It is kept good while somebody subscribes; what this page sent
   * is there at once.
   */
  photo(
    message: Pick<MessageView, 'conversationId' | 'messageId'>,
    attachment: ShownAttachment,
    variant: PhotoVariant,
  ): Observable<PhotoAddress>;
}

type SendRecord = Extract<OutboxRecord, { readonly kind: 'send' }>;

/** As many photos of its own the page shows without asking for their addresses. */
const mostLocal = 60;
const mostPhotos = 9;
const mostFileBytes = 26_214_400;
/** Uploads at a time, of all messages. The service has 20 open ones for a user, and one that is cancelled is so until its address ends. */
const atOnce = 3;

const isUploading = (item: OutboxRecord | undefined): item is SendRecord =>
  item?.kind === 'send' && item.state === 'queued' && !!item.attachments && !item.content.attachments;

const constant = <T>(value: T): Observable<T> => ({ getSnapshot: () => value, subscribe: () => () => {} });
const notUploading = constant(undefined);
const failed = constant<PhotoAddress>({ status: 'failed', error: new ChatError({ code: 'media_failed' }) });

class PhotosOf implements Media {
  readonly prepare = prepare;
  readonly #addresses: Addresses;
  readonly #running = new Map<string, AbortController>();
  readonly #progress = new Map<string, Live<number | undefined>>();
  /** Addresses within this page, by the id that a photo has before and after its upload. */
  readonly #local = new Map<string, string>();
  /** What was queued here, and not by a page before this one. */
  readonly #fresh = new Set<string>();
  /** Uploads without a message. */
  readonly #alone = new Set<AbortController>();
  #free = atOnce;
  readonly #turns: (() => void)[] = [];

  constructor(
    private readonly core: Core,
    private readonly put: Put,
  ) {
    this.#addresses = new Addresses(core);
    core.queue.items.subscribe(() => this.#look());
    core.connection.subscribe(() => core.isClosed && this.#end());
    this.#look();
  }

  release(photo: Photo): void {
    URL.revokeObjectURL(photo.url);
  }

  send(conversationId: string, content: NewMessage, photos: readonly Photo[]): QueuedMessage {
    if (!photos.length || photos.length > mostPhotos)
      throw new ChatError({ code: 'bad_request', title: `A message has 1 to ${mostPhotos} photos.` });
    const kept = photos.map(({ url, ...photo }) => this.#keep(photo.kind ?? 'image', photo, url));
    return this.core.queue.send(conversationId, content, { attachments: kept });
  }

  sendVoice(conversationId: string, content: NewMessage, voice: Voice): QueuedMessage {
    const kept = this.#keep('voice', { ...voice, waveform: [...voice.waveform] }, URL.createObjectURL(voice.blob));
    return this.core.queue.send(conversationId, content, { attachments: [kept] });
  }

  sendFile(conversationId: string, content: NewMessage, file: File): QueuedMessage {
    const { name: fileName, size } = file;
    if (!size || size > mostFileBytes)
      throw new ChatError({ code: 'media_failed', title: size ? 'This file has more than 25 MB.' : 'This file is empty.' });
    // Where it is opened by mistake, the page's own address shows nothing of it.
    const blob = file.slice(0, size, 'application/octet-stream');
    const kept = this.#keep('file', { blob, fileName }, URL.createObjectURL(blob));
    return this.core.queue.send(conversationId, content, { attachments: [kept] });
  }

  #keep(kind: ShownAttachment['kind'], file: Partial<ShownAttachment> & { readonly blob: Blob }, url: string): ShownAttachment {
    const mediaId = this.core.env.id();
    this.#fresh.add(mediaId);
    this.#show(mediaId, url);
    return { mediaId, kind, state: 'processing', contentType: file.blob.type, bytes: file.blob.size, ...file };
  }

  async upload(conversationId: string, file: Blob, { signal, onProgress = () => {} }: UploadOptions = {}) {
    const abort = new AbortController();
    const end = () => abort.abort();
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end);
    this.#alone.add(abort);
    const task = { conversationId, file, key: this.core.env.id(), isAgain: false, signal: abort.signal, progress: onProgress };
    try {
      return { mediaId: await this.#inTurn(() => upload(this.core, this.put, task)) };
    } finally {
      this.#alone.delete(abort);
      signal?.removeEventListener('abort', end);
    }
  }

  progress({ mediaId, blob }: ShownAttachment): Observable<number | undefined> {
    if (!blob) return notUploading;
    let progress = this.#progress.get(mediaId);
    if (!progress) this.#progress.set(mediaId, (progress = new Live<number | undefined>(this.core.env, undefined)));
    return progress;
  }

  photo(
    { conversationId, messageId }: Pick<MessageView, 'conversationId' | 'messageId'>,
    { mediaId, state, blob }: ShownAttachment,
    variant: PhotoVariant,
  ): Observable<PhotoAddress> {
    if (state === 'failed') return failed;
    if (blob && !this.#local.has(mediaId)) this.#show(mediaId, URL.createObjectURL(blob));
    const url = this.#local.get(mediaId);
    if (url) return constant<PhotoAddress>({ status: 'ready', url });
    if (!messageId || state !== 'ready') return constant(loading);
    return this.#addresses.of({ conversationId, messageId, mediaId, variant });
  }

  #show(mediaId: string, url: string): void {
    this.#local.set(mediaId, url);
    if (this.#local.size <= mostLocal) return;
    const [oldest, gone] = [...this.#local][0]!;
    this.#local.delete(oldest);
    if (![...this.#local.values()].includes(gone)) URL.revokeObjectURL(gone);
  }

  // -- The outbox

  /** Uploads what waits for it, and lets go of what doesn't any more. */
  #look(): void {
    const { isClosed, queue } = this.core;
    if (isClosed) return;
    const waiting = queue.records.filter(isUploading);
    const kept = new Set(queue.records.flatMap(({ attachments = [] }) => attachments.map(({ mediaId }) => mediaId)));
    for (const ids of [this.#progress, this.#fresh]) for (const id of ids.keys()) if (!kept.has(id)) ids.delete(id);
    for (const [id, abort] of this.#running) if (!waiting.some(item => item.id === id)) abort.abort();
    for (const { id } of waiting) {
      if (this.#running.has(id)) continue;
      const abort = new AbortController();
      this.#running.set(id, abort);
      void this.#run(id, abort)
        .catch(console.error)
        .finally(() => this.#running.delete(id));
    }
  }

  #end(): void {
    for (const abort of [...this.#running.values(), ...this.#alone]) abort.abort();
    for (const url of this.#local.values()) URL.revokeObjectURL(url);
    this.#local.clear();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free) this.#free--;
    else await new Promise<void>(go => this.#turns.push(go));
    try {
      return await work();
    } finally {
      const next = this.#turns.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** One tab uploads a message's photos; if it goes, another one goes on. */
  async #run(id: string, abort: AbortController): Promise<void> {
    const { env, ready, queue } = this.core;
    const { store } = await ready;
    const find = async () => (await store.read(allItems)).find(item => item.id === id);
    // Just added: it is looked at again once it is kept.
    if (!(await find()) || abort.signal.aborted) return;
    const held = async () => {
      const item = await find();
      if (!isUploading(item)) return;
      const { attachments = [], refusals = 0 } = item;
      const uploaded = { ...item.uploaded };
      let change: Partial<SendRecord> | undefined;
      try {
        await Promise.all(attachments.map(photo => uploaded[photo.mediaId] ?? this.#upload(item, photo, uploaded, abort.signal)));
      } catch (error) {
        abort.abort();
        const unreadable = { code: 'media_failed', title: 'The file can’t be read any more.' } as const;
        const known = error instanceof ChatError ? error : new ChatError(unreadable);
        if (this.core.isClosed || known.code === 'cancelled') return;
        const isRefused = known.code.startsWith('media_');
        change = { state: 'failed', error: known.toJSON(), uploaded, ...(isRefused && { refusals: refusals + 1 }) };
      }
      const all = attachments.map(({ mediaId }) => ({ mediaId: uploaded[mediaId]! }));
      // The text may have been changed meanwhile.
      await queue.change(id, now => {
        if (!isUploading(now) || now.order !== item.order) return now;
        return { ...now, ...(change ?? { content: { ...now.content, attachments: all }, uploaded: undefined }) };
      });
    };
    await env.lock(`${id} photos`, abort.signal, held).catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    });
  }

  /** Adds the media id to those that are `uploaded`. */
  #upload(item: SendRecord, photo: ShownAttachment, uploaded: Record<string, string>, signal: AbortSignal): Promise<void> {
    const { conversationId, clientMessageId, refusals = 0 } = item;
    return this.#inTurn(async () => {
      const progress = this.progress(photo) as Live<number | undefined>;
      const key = `${photo.mediaId}-${refusals}`;
      const isAgain = !this.#fresh.delete(photo.mediaId);
      progress.set(0);
      try {
        const { kind, waveform, fileName, blurhash, blob } = photo;
        const show = (part: number) => progress.set(part);
        const said = { kind, waveform, fileName, blurhash };
        const task = { conversationId, clientMessageId, file: blob!, ...said, key, isAgain, signal, progress: show };
        const mediaId = (uploaded[photo.mediaId] = await upload(this.core, this.put, task));
        const url = this.#local.get(photo.mediaId);
        if (url) this.#show(mediaId, url);
      } finally {
        progress.set(undefined);
      }
    });
  }
}

const all = new WeakMap<Core, Media>();

/** The photos of a chat; the same object for the same chat. From the first call on, this tab uploads what waits for it. */
export function mediaOf(chat: Chat, put: Put = putFile): Media {
  const { core } = chat as unknown as { readonly core: Core };
  let media = all.get(core);
  if (!media) all.set(core, (media = new PhotosOf(core, put)));
  return media;
}
