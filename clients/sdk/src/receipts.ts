import type { Core } from './core.js';
import { ChatError } from './error.js';
import type { Observable } from './observable.js';
import { Resource } from './resource.js';
import type { Receipt, Receipts } from './types.js';

type Marks = { readonly isAvailable: boolean; readonly marks: Readonly<Record<string, Receipt>> };

/** How far the members of a conversation have received and read: the highest that is known of each. */
export function receiptsOf(core: Core, conversationId: string): Observable<Receipts> {
  const raise = (value: Marks, userId: string, { deliveredSeq, readSeq }: Receipt): Marks => {
    if (core.list.isBlocked(conversationId, userId)) return value;
    const known = value.marks[userId] ?? { deliveredSeq: 0, readSeq: 0 };
    const mark = { deliveredSeq: Math.max(known.deliveredSeq, deliveredSeq, readSeq), readSeq: Math.max(known.readSeq, readSeq) };
    if (mark.deliveredSeq === known.deliveredSeq && mark.readSeq === known.readSeq) return value;
    return { ...value, marks: { ...value.marks, [userId]: mark } };
  };
  const resource: Resource<Marks> = new Resource<Marks>(
    core,
    {
      key: [conversationId, 'receipts'],
      initial: { isAvailable: true, marks: {} },
      fetch: async () => {
        try {
          const answer = await core.http.ask('get', '/conversations/{conversationId}/receipts', { path: { conversationId } });
          const { receipts } = answer as { receipts: readonly (Receipt & { readonly userId: string })[] };
          // Those who left aren't among them; of the others what was pushed meanwhile may be newer.
          const asked: Marks = {
            isAvailable: true,
            marks: Object.fromEntries(receipts.map(({ userId, deliveredSeq, readSeq }) => [userId, { deliveredSeq, readSeq }])),
          };
          const known = Object.entries(resource.getSnapshot().value.marks).filter(([userId]) => userId in asked.marks);
          return known.reduce((value, [userId, mark]) => raise(value, userId, mark), asked);
        } catch (error) {
          if (error instanceof ChatError && error.code === 'too_many_members') return { isAvailable: false, marks: {} };
          throw error;
        }
      },
      reduce: (value, event) => {
        if (!('conversationId' in event) || event.conversationId !== conversationId || !value.isAvailable) return value;
        const { type } = event;
        if (type === 'receipt.read') return raise(value, event.data.userId, { deliveredSeq: 0, readSeq: event.data.upToSeq });
        if (type === 'receipt.delivered') return raise(value, event.data.userId, { deliveredSeq: event.data.upToSeq, readSeq: 0 });
        if (type === 'message.created') return raise(value, event.data.senderId, { deliveredSeq: 0, readSeq: event.data.seq });
        return type === 'member.joined' || type === 'member.left' || type === 'member.removed' ? undefined : value;
      },
    },
  );
  let shown: { readonly marks: Marks; readonly receipts: Receipts } | undefined;
  return {
    subscribe: resource.subscribe,
    getSnapshot: () => {
      const marks = resource.getSnapshot().value;
      if (shown?.marks !== marks) shown = { marks, receipts: show(marks, core.me) };
      return shown.receipts;
    },
  };
}

function show({ isAvailable, marks }: Marks, me: string): Receipts {
  const others = Object.entries(marks).filter(([userId]) => userId !== me);
  const least = (of: (receipt: Receipt) => number) => (others.length ? Math.min(...others.map(([, receipt]) => of(receipt))) : 0);
  return {
    isAvailable,
    members: new Map(Object.entries(marks)),
    deliveredToAllSeq: least(({ deliveredSeq }) => deliveredSeq),
    readByAllSeq: least(({ readSeq }) => readSeq),
  };
}
