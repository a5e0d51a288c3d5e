import type { Loaded } from '@chat-functions/client';
import { collectionsOf, type Collection, type CollectionItem, type Collections } from '@chat-functions/client/collections';
import { useObservable } from './hooks.js';
import { useChat } from './provider.js';

/** What can be done with a conversation's collections: `create`, `add`, `move`. It is the same object for the same id. */
export function useCollections(conversationId: string): Collections {
  return collectionsOf(useChat(), conversationId);
}

/** A conversation's collections, the oldest first. */
export function useCollectionList(conversationId: string): Loaded<readonly Collection[]> {
  return useObservable(useCollections(conversationId).list);
}

/** What is in a collection, in its order. */
export function useCollectionItems(conversationId: string, collectionId: string): Loaded<readonly CollectionItem[]> {
  return useObservable(useCollections(conversationId).items(collectionId));
}
