import type { Chat, ChatOptions } from './chat.js';
import { Client } from './client.js';
import { surroundings } from './env.js';

export type { AnswerOf, Api, PathOf, RequestOf } from './api.js';
export type { Chat, ChatOptions, Outbox, Privacy, PrivacyChange, Report } from './chat.js';
export type { Conversation, ConversationChange, MessageWindow, PreferencesChange, WindowOptions } from './conversation.js';
export { ChatError, type ChatErrorCode, type Problem } from './error.js';
export { until, type Observable } from './observable.js';
export type * from './types.js';

/**
 * The chat of a user. Calls with the same `baseUrl` and `userId` (without one, the same `token` function) share one, until each has called
 * `close`; one that is closed and created again at once, as React's StrictMode does, goes on as if nothing had happened.
 */
export const createChat = (options: ChatOptions): Chat => Client.shared(surroundings, options);
