import type { Api } from './api.js';
import { backoff, pause, type Env } from './env.js';
import { ChatError, type ChatErrorCode, type Problem } from './error.js';

const patience = 30_000;
const margin = 10_000;

export interface Asked {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** Conversations that it is about, beyond the one in its path. */
  readonly about?: readonly string[];
}

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

interface Token {
  readonly text: string;
  readonly userId: string | undefined;
  readonly expiresAt: number;
}

/** The HTTP API as one user: the token, the sessions and the refusals. Nothing is retried but once after a 401, unless asked for. */
export class Http {
  readonly api: Api;
  /** Called with the user of each new token, as far as it says. */
  onUser: (userId: string | undefined) => void = () => {};
  readonly #env: Env;
  readonly #baseUrl: string;
  readonly #source: () => string | Promise<string>;
  readonly #sessions = new Map<string, { answered?: string; pushed?: string; seq?: number }>();
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;
  #isClosed = false;

  constructor(env: Env, baseUrl: string, token: () => string | Promise<string>) {
    this.#env = env;
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#source = token;
    const call = (method: Method) => (path: string, asked?: Asked) => this.ask(method, path, asked);
    this.api = { get: call('get'), put: call('put'), post: call('post'), patch: call('patch'), delete: call('delete') } as unknown as Api;
  }

  get realtimeUrl(): string {
    return `${this.#baseUrl}/api/realtime`;
  }

  /** From now on nothing is asked any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** A token that is good for a while; everybody who needs a new one waits for the same. */
  async token(): Promise<Token> {
    if (this.#isClosed) throw new ChatError({ code: 'closed', title: 'The chat is closed.' });
    if (this.#token && this.#token.expiresAt - margin > this.#env.now()) return this.#token;
    this.#asking ??= this.#renew().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** Makes the next `token` a new one, if this one is still in use. */
  discard(token: Token): void {
    if (this.#token === token) this.#token = undefined;
  }

  async #renew(): Promise<Token> {
    let text: string;
    try {
      text = await this.#source();
    } catch (cause) {
      if (cause instanceof ChatError) throw cause;
      const error = new ChatError({
        code: 'token_failed',
        title: 'There is no token.',
        detail: cause instanceof Error ? cause.message : undefined,
      });
      error.cause = cause;
      throw error;
    }
    const claims = claimsOf(text);
    const expiresAt = typeof claims['exp'] === 'number' ? claims['exp'] * 1000 : Infinity;
    const token = (this.#token = { text, expiresAt, userId: typeof claims['sub'] === 'string' ? claims['sub'] : undefined });
    this.onUser(token.userId);
    // It may have been another user's.
    return this.#isClosed ? await this.token() : token;
  }

  /** @throws {ChatError} */
  async ask(method: Method, template: string, asked: Asked = {}): Promise<unknown> {
    const token = await this.token();
    try {
      return await this.#send(token, method, template, asked);
    } catch (error) {
      if (!(error instanceof ChatError && error.status === 401)) throw error;
      this.discard(token);
      return await this.#send(await this.token(), method, template, asked);
    }
  }

  /** All pages of a list. */
  async all<T>(template: string, name: string, path?: Asked['path']): Promise<readonly T[]> {
    const found: T[] = [];
    let continuation: string | null | undefined;
    do {
      const page = (await this.ask('get', template, { path, query: { limit: 100, continuation } })) as Record<string, unknown>;
      found.push(...(page[name] as readonly T[]));
      continuation = page['continuation'] as string | null;
    } while (continuation);
    return found;
  }

  /** Asks again while it may succeed, for 30 s. */
  async insist<T>(ask: () => Promise<T>): Promise<T> {
    const end = this.#env.now() + patience;
    for (let failures = 0; ; failures++) {
      try {
        return await ask();
      } catch (error) {
        if (this.#isClosed || !(error instanceof ChatError && error.isTransient)) throw error;
        const wait = Math.max(error.retryAfter * 1000, backoff(this.#env, failures, 500, 8000));
        if (this.#env.now() + wait > end) throw error;
        await pause(this.#env, wait);
      }
    }
  }

  /** Takes note of a pushed event's session: of the newest by `seq`, where it has one. */
  saw(event: { readonly conversationId?: string; readonly seq?: number; readonly session?: string }): void {
    const { conversationId, seq, session } = event;
    if (!conversationId || !session) return;
    const known = this.#sessions.get(conversationId);
    if (seq !== undefined && known?.seq !== undefined && seq < known.seq) return;
    this.#sessions.set(conversationId, { ...known, pushed: session, seq: seq ?? known?.seq });
  }

  async #send(
    token: Token,
    method: Method,
    template: string,
    { path, query, body, idempotencyKey, signal, about }: Asked,
  ): Promise<unknown> {
    const url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path?.[name])));
    const parameters = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
    const search = parameters.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
    const conversations = [...new Set([path?.['conversationId'], query?.['conversationId'], ...(about ?? [])].filter(Boolean).map(String))];
    const session = conversations
      .flatMap(id => [this.#sessions.get(id)?.answered, this.#sessions.get(id)?.pushed])
      .filter(Boolean)
      .join(',');

    const abort = new AbortController();
    const aborted = () => abort.abort();
    const cancel = this.#env.after(patience, aborted);
    if (signal?.aborted) aborted();
    signal?.addEventListener('abort', aborted);
    let response: Response;
    let text: string;
    try {
      response = await this.#env.fetch(`${this.#baseUrl}/api${url}${search && `?${search}`}`, {
        method: method.toUpperCase(),
        signal: abort.signal,
        headers: {
          Authorization: `Bearer ${token.text}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
          ...(session && session.length <= 1024 && { 'Chat-Session': session }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (cause) {
      throw Object.assign(new ChatError({ code: 'unreachable', title: 'There is no answer.' }), { cause });
    } finally {
      cancel();
      signal?.removeEventListener('abort', aborted);
    }
    if (!response.ok) throw refusal(response, text);
    let answer: unknown;
    try {
      answer = text ? JSON.parse(text) : undefined;
    } catch {
      // What stands between cut it off.
      throw new ChatError({ code: 'unreachable', title: 'The answer is incomplete.' });
    }
    const answered = response.headers.get('Chat-Session');
    const subjects = conversations.length ? conversations : [(answer as { conversationId?: string } | undefined)?.conversationId];
    for (const id of subjects) if (answered && id) this.#sessions.set(id, { ...this.#sessions.get(id), answered });
    return answer;
  }
}

function refusal(response: Response, text: string): ChatError {
  const retryAfter = Number(response.headers.get('Retry-After')) || 0;
  try {
    const problem = JSON.parse(text) as Problem;
    if (typeof problem.code === 'string') return new ChatError({ ...problem, status: response.status }, retryAfter);
  } catch {
    // Not the service's own answer.
  }
  const code: ChatErrorCode = response.status === 503 ? 'unavailable' : 'unknown';
  return new ChatError({ code, status: response.status, title: `The answer was ${response.status}.` }, retryAfter);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const part = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), one => one.charCodeAt(0)))) as Record<string, unknown>;
  } catch {
    return {};
  }
}
