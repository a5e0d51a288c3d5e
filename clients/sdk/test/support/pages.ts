import { type Answer, ServiceState, type StoredConversation } from './state.js';

/** What the service answers in pages: messages, the log, and what changed in a user's list. */
export class ServicePages extends ServiceState {
  protected page(user: string, conversation: StoredConversation, query: URLSearchParams, thread?: string): Answer {
    const at = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
    const limit = at('limit') ?? 50;
    const all = this.messages(user, conversation.conversationId).filter(({ threadId }) => !thread || threadId === thread);
    const lastSeq = conversation.log.length;
    const before = (end: number, size: number) => {
      const found = all.filter(({ seq }) => seq < end).slice(-size - 1);
      const hasMore = found.length > size;
      const messages = found.slice(-size);
      return { messages, fromSeq: hasMore ? messages[0]!.seq : 1, toSeq: Math.min(end - 1, lastSeq), hasMore };
    };
    const after = (start: number, size: number) => {
      const found = all.filter(({ seq }) => seq > start);
      const hasMore = found.length > size;
      const messages = found.slice(0, size);
      return { messages, fromSeq: start + 1, toSeq: hasMore ? messages.at(-1)!.seq : Math.max(lastSeq, start), hasMore };
    };
    const around = at('aroundSeq');
    if (around !== undefined) {
      const [first, second] = [before(around + 1, Math.ceil(limit / 2)), after(around, Math.floor(limit / 2))];
      return {
        status: 200,
        body: { messages: [...first.messages, ...second.messages], fromSeq: first.fromSeq, toSeq: second.toSeq, hasMore: second.hasMore },
      };
    }
    const start = at('afterSeq') ?? (thread && !query.has('beforeSeq') ? 0 : undefined);
    return { status: 200, body: start === undefined ? before(at('beforeSeq') ?? lastSeq + 1, limit) : after(start, limit) };
  }

  protected events(user: string, conversation: StoredConversation, query: URLSearchParams): Answer {
    const [after, limit] = [Number(query.get('afterSeq')), Number(query.get('limit') ?? 50)];
    const member = conversation.members.get(user)!;
    const rest = conversation.log.slice(after);
    const page = rest.slice(0, limit);
    const events = page.flatMap(entry => {
      if (entry.seq <= member.joinedSeq) return [];
      const messageId = entry.data['messageId'] as string | undefined;
      if (messageId === undefined) return [entry];
      const message = this.view(user, { messageId, conversationId: conversation.conversationId });
      if (!message) return [];
      if (entry.type === 'message.created') return [{ ...entry, data: message }];
      return [entry.type === 'message.updated' ? { ...entry, data: { messageId, message } } : entry];
    });
    return { status: 200, body: { events, fromSeq: after + 1, toSeq: after + page.length, hasMore: rest.length > page.length } };
  }

  protected sync(user: string, query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 50);
    const [epoch, from] = (query.get('cursor') ?? '').split('.');
    const isKnown = epoch === String(this.storeEpoch);
    const entries = [...this.inbox(user).values()]
      .filter(({ change }) => !isKnown || change > Number(from))
      .sort((one, other) => one.change - other.change);
    const page = entries.slice(0, limit);
    const items = page.map(entry => {
      const { conversationId, version, lastSeq } = entry;
      if (entry.isLeft) return { conversationId, version, left: true };
      const { clearedSeq } = this.conversations.get(conversationId)!.members.get(user)!;
      const fromSeq = Math.max(Math.min(clearedSeq, lastSeq), lastSeq - 100) + 1;
      return {
        conversationId,
        version,
        conversation: this.summary(user, entry),
        newest: { fromSeq, toSeq: lastSeq },
        ...(fromSeq > clearedSeq + 1 && { limited: true }),
      };
    });
    const hasMore = entries.length > page.length;
    // Between rounds the cursor goes back a little, so that items repeat.
    const reached = page.at(-1)?.change ?? (isKnown ? Number(from) : 0);
    const cursor = `${this.storeEpoch}.${hasMore || !page.length ? reached : Math.max(0, reached - 3)}`;
    return { status: 200, body: { resnapshot: !isKnown, items, cursor, hasMore } };
  }
}
