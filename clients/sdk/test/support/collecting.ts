import { collectionsOf, type Collections } from '../../src/collections.js';
import type { Service } from './service.js';
import { problem, type Json, type StoredConversation } from './state.js';
import { pair, soon, type Pair } from './story.js';

export interface CollectingStory extends Pair {
  readonly alices: Collections;
  readonly bobs: Collections;
  /** What the service has in a collection. */
  readonly stored: (collectionId: string) => readonly string[];
}

/** Alice and Bob have a conversation, or a group, whose collections are as docs/protocol.md says. */
export async function collectingStory(isGroup = false): Promise<CollectingStory> {
  const story = await pair();
  const { world, alice } = story;
  const toBob = isGroup ? await soon(world, alice.chat.createGroup({ title: 'Trip', members: ['bob'] })) : story.toBob;
  const id = toBob.conversationId;
  const collections = new Map<string, { title: string; createdBy: string; items: string[] }>();
  const service = world.service as Service & { commit(conversation: StoredConversation, type: string, data: Json): void };
  const answer = service.answer.bind(service);
  service.answer = (user, method, path, query, body) => {
    const [, , conversationId, part, collectionId, , itemId] = path.split('/');
    if (conversationId !== id || part !== 'collections') return answer(user, method, path, query, body);
    service.requests.push(`${user} ${method} ${path}`);
    const commit = (type: string, data: Json) =>
      service.commit(service.conversations.get(id)!, `collection.${type}`, { collectionId, ...data, by: user });
    const known = collections.get(collectionId!);
    if (!collectionId) {
      const all = [...collections].map(([key, { title, createdBy }]) => ({ collectionId: key, title, createdBy, createdAt: '' }));
      return { status: 200, body: { collections: all } };
    }
    if (!path.includes('/items') && method === 'PUT') {
      collections.set(collectionId, { items: [], createdBy: user, ...known, title: body['title'] as string });
      commit('updated', { title: body['title'] });
      return { status: 204 };
    }
    if (!known) return method === 'DELETE' && !itemId ? { status: 204 } : problem(404, 'collection_not_found');
    const rest = known.items.filter(one => one !== itemId);
    if (!path.includes('/items')) {
      collections.delete(collectionId);
      commit('deleted', {});
    } else if (!itemId) {
      const seen = (messageId: string) => {
        const message = service.view(user, { messageId, conversationId: id });
        return message && !message['unsentAt'] ? message : undefined;
      };
      const items = known.items.map(one => ({ itemId: one, message: seen(one) }));
      return { status: 200, body: { items, continuation: null } };
    } else if (method === 'DELETE') {
      known.items = rest;
      commit('item.removed', { itemId });
    } else {
      if (!service.view(user, { messageId: itemId, conversationId: id })) return problem(404, 'message_not_found');
      const isMoved = body['first'] || body['after'];
      if (known.items.includes(itemId) && !isMoved) return { status: 204 };
      const at = body['first'] ? 0 : rest.indexOf(body['after'] as string) + 1 || rest.length;
      known.items = [...rest.slice(0, at), itemId, ...rest.slice(at)];
      commit('item.placed', { itemId, after: known.items[at - 1] ?? null });
    }
    return { status: 204 };
  };
  return {
    ...story,
    id,
    toBob,
    toAlice: story.bob.chat.conversation(id),
    alices: collectionsOf(story.alice.chat, id),
    bobs: collectionsOf(story.bob.chat, id),
    stored: collectionId => collections.get(collectionId)?.items ?? [],
  };
}
