import type { components } from './generated/schema.js';

/** What a refusal says (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** A stable code of the service's, or one of the client's own. */
export type ChatErrorCode =
  | components['schemas']['ProblemCode']
  /** There was no answer: offline, a broken connection, or none within 30 s. What was asked for may have happened. */
  | 'unreachable'
  /** The service, or something before it, answered without a code. */
  | 'unknown'
  /** The app's `token` function failed. */
  | 'token_failed'
  /** It was cancelled before it was sent. */
  | 'cancelled'
  /** It waited in the outbox for 7 days. */
  | 'expired'
  /** The chat was closed, or its user signed out. */
  | 'closed';

/** What went wrong. `code` is for programs; `message`, `detail` are for people. */
export class ChatError extends Error {
  declare readonly code: ChatErrorCode;
  /** The HTTP status, or 0 where there was no answer. */
  declare readonly status: number;
  declare readonly title: string | undefined;
  declare readonly detail: string | undefined;
  /** Seconds until the same request may succeed; 0 where the service doesn't say. */
  declare readonly retryAfter: number;
  /** Each fault of a malformed request. */
  declare readonly errors: Problem['errors'];
  /** The limit that was reached. */
  declare readonly limit: Problem['limit'];

  constructor(problem: Partial<Omit<Problem, 'code'>> & { readonly code: ChatErrorCode }, retryAfter = 0) {
    super([problem.title, problem.detail].filter(Boolean).join(' ') || problem.code);
    const { code, status = 0, title, detail, errors, limit } = problem;
    Object.assign(this, { name: 'ChatError', code, status, title, detail, retryAfter, errors, limit });
  }

  /** Whether the same request may succeed later: there was no answer, or 401, 408, 429 or 5xx. */
  get isTransient(): boolean {
    const { code, status } = this;
    return code === 'unreachable' || code === 'token_failed' || status === 401 || status === 408 || status === 429 || status >= 500;
  }

  /** Whether what was asked for may have been done all the same. */
  get isAmbiguous(): boolean {
    return this.code === 'unreachable' || this.status === 408 || this.status >= 500;
  }

  /** As it is kept in the store. */
  toJSON(): object {
    const { cause, ...rest } = this;
    return rest;
  }

  static fromJSON(kept: ReturnType<ChatError['toJSON']>): ChatError {
    const problem = kept as Problem & { readonly code: ChatErrorCode; readonly retryAfter: number };
    return new ChatError(problem, problem.retryAfter);
  }
}
