import type { Core } from '../core.js';
import { backoff, pause, type Env } from '../env.js';
import { ChatError } from '../error.js';
import type { ShownAttachment } from '../types.js';
import type { Put, PutOptions } from './put.js';

/** Who has to wait longer than this, in seconds, is told so. */
const longestWait = 120;
/** Where too many uploads are open, one may be over long before the service says: the most to wait until then, in seconds. */
const longestTurn = 30;
/** How often an address may be refused although it is new. */
const mostRefusals = 5;

interface Upload {
  readonly mediaId: string;
  readonly state: 'pending' | 'processing' | 'ready' | 'failed' | 'deleted';
  readonly uploadUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface UploadTask extends Omit<PutOptions, 'headers'> {
  readonly conversationId: string;
  /** Of the message that it is for, if that is known: such a message is cheaper to send. */
  readonly clientMessageId?: string;
  readonly file: Blob;
  /** An image unless it says otherwise. */
  readonly kind?: ShownAttachment['kind'];
  /** What else is said of it, where its kind has that. */
  readonly waveform?: readonly number[];
  readonly fileName?: string;
  readonly blurhash?: string;
  /** The same upload has the same one, whoever goes on with it. */
  readonly key: string;
  /** Whether somebody may have put it there before. */
  readonly isAgain: boolean;
}

/**
 * Uploads a file, and tries again for as long as that may help; resolves to its media id once it is there.
 *
 * @throws {ChatError} what the service refuses; `cancelled` when the signal aborts.
 */
export async function upload({ http, env }: Core, put: Put, task: UploadTask): Promise<string> {
  const { conversationId, clientMessageId, file, kind = 'image', waveform, fileName, blurhash, signal, progress } = task;
  if (signal.aborted) throw new ChatError({ code: 'cancelled' });
  if (!crypto.subtle) throw new ChatError({ code: 'media_failed', title: 'Files can be sent from a page that has https alone.' });
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  const sha256 = Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
  const body = { conversationId, clientMessageId, kind, contentType: file.type, bytes: file.size, sha256, waveform, fileName, blurhash };
  let [key, isAgain, refusals] = [task.key, task.isAgain, 0];

  const complete = async (path: { readonly mediaId: string }): Promise<Upload | undefined> => {
    try {
      return (await http.ask('post', '/media/uploads/{mediaId}/complete', { path, signal })) as Upload;
    } catch (error) {
      // Where it was forgotten meanwhile, the same key makes a new one.
      if (error instanceof ChatError && ['not_uploaded', 'media_not_found'].includes(error.code)) return undefined;
      throw error;
    }
  };

  const attempt = async (): Promise<Upload> => {
    const begun = (await http.ask('post', '/media/uploads', { body, idempotencyKey: key, about: [conversationId], signal })) as Upload;
    if (begun.state !== 'pending') return begun;
    const known = isAgain ? await complete(begun) : undefined;
    if (known) return known;
    isAgain = true;
    const status = await put(begun.uploadUrl!, file, { headers: begun.headers!, signal, progress });
    if (status >= 500 || status === 408 || status === 429) throw new ChatError({ code: 'unavailable', status });
    // An address takes one file: who is refused may have put it there, or come too late.
    const done = await complete(begun);
    if (done) return done;
    refusals++;
    throw new ChatError({ code: 'unreachable', title: `The upload was refused: ${status}.`, status });
  };

  for (let failures = 0; ; failures++) {
    try {
      const { mediaId, state } = await attempt();
      if (state === 'deleted' && key === task.key) {
        // No message came for it within a day. Whoever goes on finds the same second key.
        key += '-again';
        continue;
      }
      if (state === 'failed' || state === 'deleted')
        throw new ChatError({ code: 'media_failed', title: 'The file couldn’t be processed.' });
      return mediaId;
    } catch (error) {
      if (signal.aborted) throw new ChatError({ code: 'cancelled' });
      if (!(error instanceof ChatError && error.isTransient && refusals < mostRefusals)) throw error;
      const isFull = error.limit?.name === 'openUploads';
      if (error.retryAfter > longestWait && !isFull) throw error;
      const atLeast = 1000 * (isFull ? Math.min(longestTurn, error.retryAfter) : error.retryAfter);
      await pause(env, atLeast, signal);
      await rest(env, backoff(env, failures, 500, 30_000) - atLeast, signal);
    }
  }
}

/** Waits, at most until the device may be online again. */
async function rest(env: Env, milliseconds: number, signal: AbortSignal): Promise<void> {
  const abort = new AbortController();
  const end = () => abort.abort();
  const unlisten = env.onChange(() => env.isOnline() && end());
  signal.addEventListener('abort', end);
  await pause(env, milliseconds, signal.aborted ? signal : abort.signal);
  signal.removeEventListener('abort', end);
  unlisten();
}
