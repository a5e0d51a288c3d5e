import type { Chat, Loaded } from '@chat-functions/client';
import type { Collection, CollectionItem, Collections } from '@chat-functions/client/collections';
import { vi, type Mock } from 'vitest';
import { valueOf, type Value } from './fake-chat.js';

type Calls = 'create' | 'rename' | 'delete' | 'add' | 'move' | 'remove';

export interface FakeCollections extends Omit<Collections, Calls>, Readonly<Record<Calls, Mock>> {
  readonly list: Value<Loaded<readonly Collection[]>>;
  items(collectionId: string): Value<Loaded<readonly CollectionItem[]>>;
}

const all = new WeakMap<object, Map<string, FakeCollections>>();

/** The collections of a fake chat's conversation, in place of the client's: what a test sets, and what was called. */
export function collectionsOf(chat: Chat | object, conversationId: string): FakeCollections {
  const known = all.get(chat) ?? new Map<string, FakeCollections>();
  all.set(chat, known);
  const items = new Map<string, Value<Loaded<readonly CollectionItem[]>>>();
  const none = () => valueOf<Loaded<readonly CollectionItem[]>>({ status: 'ready', value: [] });
  const fake: FakeCollections = known.get(conversationId) ?? {
    list: valueOf<Loaded<readonly Collection[]>>({ status: 'ready', value: [] }),
    items(collectionId) {
      if (!items.has(collectionId)) items.set(collectionId, none());
      return items.get(collectionId)!;
    },
    create: vi.fn(async () => 'created'),
    rename: vi.fn(async () => {}),
    delete: vi.fn(async () => {}),
    add: vi.fn(async () => {}),
    move: vi.fn(async () => {}),
    remove: vi.fn(async () => {}),
  };
  known.set(conversationId, fake);
  return fake;
}
