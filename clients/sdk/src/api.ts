import type { paths } from './generated/schema.js';

type Verb = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** The addresses that take a method. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: paths[P] extends { readonly [M in V]: { readonly responses: unknown } } ? P : never;
}[keyof paths];

type Operation<V extends Verb, P extends keyof paths> = paths[P] extends { readonly [M in V]: infer O } ? O : never;
type Part<O, K extends string> = O extends { readonly parameters: { readonly [N in K]?: infer T } } ? NonNullable<T> : never;
type Body = { readonly content: { readonly 'application/json': unknown } };
type BodyOf<O> = O extends { readonly requestBody: infer B extends Body } ? B['content']['application/json'] : never;
type Json<R> = R extends { readonly content: { readonly 'application/json': infer J } } ? J : void;
type Answers<R> = { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Json<R[S]> : never }[keyof R];

/** What an operation answers when it succeeds. */
export type AnswerOf<V extends Verb, P extends keyof paths> = Operation<V, P> extends { readonly responses: infer R } ? Answers<R> : never;

type When<T, O> = [T] extends [never] ? unknown : O;

/** What an operation takes: `path`, `query` and `body` as docs/openapi.yaml has them. */
export type RequestOf<V extends Verb, P extends keyof paths> = When<
  Part<Operation<V, P>, 'path'>,
  { readonly path: Part<Operation<V, P>, 'path'> }
> &
  When<Part<Operation<V, P>, 'query'>, { readonly query?: Part<Operation<V, P>, 'query'> }> &
  When<BodyOf<Operation<V, P>>, { readonly body: BodyOf<Operation<V, P>> }> & {
    /** Makes a group, a link, a report or a decision once per key, 1–64 printable ASCII characters. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

type Args<R> = Record<string, never> extends R ? [request?: R] : [request: R];
type Call<V extends Verb> = <P extends PathOf<V>>(path: P, ...request: Args<RequestOf<V, P>>) => Promise<AnswerOf<V, P>>;

/**
 * Every operation of the service, typed by docs/openapi.yaml. Sessions, the token and one retry after a 401 are taken care of; nothing else
 * is retried, and nothing is kept: whatever has a method on `Chat` or `Conversation` is better called there.
 *
 *     const { pins } = await chat.api.get('/conversations/{conversationId}/pins', { path: { conversationId } });
 *
 * @throws {ChatError} what the service refuses, or `unreachable`.
 */
export interface Api {
  readonly get: Call<'get'>;
  readonly put: Call<'put'>;
  readonly post: Call<'post'>;
  readonly patch: Call<'patch'>;
  readonly delete: Call<'delete'>;
}
