import type { Conversation, MessageWindow, WindowOptions } from '../../src/index.js';
import { type Tab, World } from './world.js';

export interface Pair {
  readonly world: World;
  readonly alice: Tab;
  readonly bob: Tab;
  readonly id: string;
  readonly toBob: Conversation;
  readonly toAlice: Conversation;
}

/** Alice and Bob are online and have a conversation. */
export async function pair(seed = 1): Promise<Pair> {
  const world = new World(seed);
  const alice = world.device('alice').open();
  const bob = world.device('bob').open();
  await world.clock.until('both are online', () => [alice, bob].every(isOnline));
  const toBob = await soon(world, alice.chat.startDirect('bob'));
  await world.clock.pass(3000);
  const id = toBob.conversationId;
  return { world, alice, bob, id, toBob, toAlice: bob.chat.conversation(id) };
}

export const isOnline = (tab: Tab): boolean => tab.chat.connection.getSnapshot().status === 'online';

/** Lets time pass until a promise settles. */
export async function soon<T>(world: World, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  await world.clock.until('a promise settles', () => isSettled);
  return await promise;
}

/** A window that somebody looks at. */
export function look(conversation: Conversation, options?: WindowOptions): MessageWindow {
  const window = conversation.messages(options);
  window.subscribe(() => {});
  return window;
}

export const texts = (window: MessageWindow): readonly string[] => window.getSnapshot().messages.map(({ text }) => text);

/** Sends texts one after the other. */
export async function say(world: World, conversation: Conversation, ...all: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const text of all) ids.push((await soon(world, conversation.send({ text }).sent)).messageId);
  return ids;
}

/** What was asked of the service since, by what is in it. */
export const asked = (world: World, pattern: RegExp): readonly string[] => world.service.requests.filter(request => pattern.test(request));
