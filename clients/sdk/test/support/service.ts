import { ServicePages } from './pages.js';
import { type Answer, type InboxEntry, type Json, problem, type Stored, type StoredConversation } from './state.js';

export type { Answer, Entry } from './state.js';

/** The service's operations, as docs/openapi.yaml has them. */
export class Service extends ServicePages {
  requests: string[] = [];

  /** What happens when this user asks for that. */
  answer(user: string, method: string, path: string, query: URLSearchParams, body: Json): Answer {
    const blocked = this.blocks.get(user);
    const answer = this.#answer(user, method, path, query, body);
    if (!blocked?.size || !answer.body) return answer;
    const shown = (_: string, value: Json) => {
      if (!value || !blocked.has(value['senderId'] as string)) return value;
      if ('preview' in value && 'messageId' in value) return { messageId: value['messageId'] };
      if ('preview' in value) return { ...value, preview: '', hidden: 'blocked' };
      return this.conversations.get(value['conversationId'] as string)?.kind === 'group' ? { seq: value['seq'], hidden: 'blocked' } : value;
    };
    return { ...answer, body: JSON.parse(JSON.stringify(answer.body), shown) as Json };
  }

  #answer(user: string, method: string, path: string, query: URLSearchParams, body: Json): Answer {
    this.requests.push(`${user} ${method} ${path}${query.size ? `?${query.toString()}` : ''}`);
    const parts = path.split('/').slice(1).map(decodeURIComponent);
    const [first, id, part, sub, leaf, last] = parts;
    if (first === 'sync') return this.sync(user, query);
    if (first === 'conversations' && !id) return this.#create(user, body);
    if (first === 'blocks') return this.#block(user, method, id);
    if (first === 'mutes') return { status: 200, body: { mutes: [], continuation: null } };
    if (first === 'requests') return { status: 200, body: { requests: [], continuation: null } };
    if (first === 'presence')
      return {
        status: 200,
        body: {
          presence: query
            .get('users')!
            .split(',')
            .map(userId => ({ userId, online: true, lastSeenAt: null })),
        },
      };
    if (first === 'users')
      return {
        status: 200,
        body: { profiles: (body['users'] as string[]).map(userId => ({ userId, displayName: userId.toUpperCase(), version: 1 })) },
      };
    const conversation = first === 'conversations' ? this.conversations.get(id!) : undefined;
    const member = conversation?.members.get(user);
    if (!conversation || conversation.isDeleted || !member?.isActive) return problem(404, 'conversation_not_found');
    if (!part) return method === 'DELETE' ? this.#delete(user, conversation) : { status: 200, body: this.details(user, conversation) };
    if (part === 'messages' && !sub)
      return method === 'POST' ? this.#send(user, conversation, body) : this.page(user, conversation, query);
    if (part === 'messages' && sub === 'batch') return { status: 200, body: { results: this.#batch(user, conversation, body) } };
    if (part === 'messages' && leaf === 'replies') return this.page(user, conversation, query, sub);
    if (part === 'messages') return this.#message(user, conversation, method, sub!, leaf, last, query, body);
    if (part === 'events') return this.events(user, conversation, query);
    if (part === 'members' && method === 'GET') {
      const members = [...conversation.members].filter(([, { isActive }]) => isActive).map(([userId]) => ({ userId, role: 'member' }));
      return { status: 200, body: { members, continuation: null } };
    }
    if (part === 'members') return method === 'POST' ? this.#add(user, conversation, body) : this.#remove(user, conversation, sub!);
    if (part === 'read') return this.#read(user, conversation, body['seq'] as number);
    if (part === 'clear') return this.#clear(user, conversation, body['seq'] as number);
    if (part === 'unread') return this.#own(user, conversation, entry => (entry.markedUnread = true), 204);
    if (part === 'preferences') return this.#own(user, conversation, entry => (entry.preferences = merged(entry.preferences, body)), 200);
    if (part === 'receipts')
      return {
        status: 200,
        body: { receipts: [...conversation.members].map(([userId, { readSeq }]) => ({ userId, readSeq, deliveredSeq: readSeq })) },
      };
    if (part === 'pins') return { status: 200, body: { pins: [] } };
    return { status: 204 };
  }

  #create(user: string, body: Json): Answer {
    const others = (body['members'] as string[]).filter(id => id !== user);
    const kind = body['kind'] as 'direct' | 'group';
    const same = [...this.conversations.values()].find(
      one => kind === 'direct' && one.kind === 'direct' && one.members.has(user) && one.members.has(others[0]!),
    );
    if (same) return { status: 200, body: this.details(user, same) };
    const conversation: StoredConversation = {
      conversationId: this.newId('c'),
      kind,
      title: (body['title'] as string) ?? null,
      createdBy: user,
      createdAt: this.at(),
      isDeleted: false,
      ordinal: 0,
      messageTtl: 0,
      log: [],
      messages: new Map(),
      members: new Map(),
    };
    this.conversations.set(conversation.conversationId, conversation);
    for (const id of [user, ...others]) this.join(id, conversation, 0);
    const members = [user, ...others].map((userId, index) => ({ userId, role: index ? 'member' : 'owner' }));
    this.commit(conversation, 'conversation.created', { kind, title: conversation.title, createdBy: user, members });
    return { status: 201, body: this.details(user, conversation) };
  }

  #delete(user: string, conversation: StoredConversation): Answer {
    const users = [...conversation.members].filter(([, { isActive }]) => isActive).map(([id]) => id);
    conversation.isDeleted = true;
    for (const id of users) this.leave(id, conversation);
    this.commit(conversation, 'conversation.deleted', { by: user }, users);
    return { status: 204 };
  }

  #add(user: string, conversation: StoredConversation, body: Json): Answer {
    const added = (body['members'] as string[]).filter(id => !conversation.members.get(id)?.isActive);
    if (!added.length) return { status: 204 };
    for (const id of added) this.join(id, conversation, conversation.log.length);
    this.commit(conversation, 'member.joined', { members: added.map(userId => ({ userId, role: 'member' })), by: user });
    return { status: 204 };
  }

  #remove(user: string, conversation: StoredConversation, removed: string): Answer {
    if (!conversation.members.get(removed)?.isActive) return { status: 204 };
    this.leave(removed, conversation);
    this.commit(conversation, user === removed ? 'member.left' : 'member.removed', { userId: removed, by: user }, [removed]);
    return { status: 204 };
  }

  #send(user: string, conversation: StoredConversation, body: Json): Answer {
    const { clientMessageId, text, threadId, replyTo, poll, mentions, mentionsAll, attachments, cards, location, sticker } = body as {
      clientMessageId: string;
      text?: string;
      threadId?: string;
      replyTo?: string;
      poll?: { question: string; options: string[] };
      mentions?: Stored['mentions'];
      mentionsAll?: true;
      attachments?: { mediaId: string }[];
      cards?: Stored['cards'];
      location?: Stored['location'];
      sticker?: { packId: string; stickerId: string };
    };
    if (text === 'refused') return problem(422, 'content_refused');
    if (text === '') return problem(400, 'malformed');
    const first = [...conversation.messages.values()].find(one => one.senderId === user && one.clientMessageId === clientMessageId);
    if (first) {
      const isSame = first.unsentAt || first.revision || first.text === (text ?? poll?.question ?? '');
      return isSame
        ? { status: 200, body: this.view(user, first), headers: this.#session(conversation) }
        : problem(409, 'client_message_id_reused');
    }
    const seq = conversation.log.length + 1;
    const root = threadId === undefined ? undefined : conversation.messages.get(threadId);
    const quoted = replyTo === undefined ? undefined : conversation.messages.get(replyTo);
    const count = root ? (root.thread?.count ?? 0) + 1 : 0;
    const message: Stored = {
      messageId: this.newId('m'),
      conversationId: conversation.conversationId,
      seq,
      ordinal: ++conversation.ordinal,
      senderId: user,
      clientMessageId,
      kind: poll ? 'poll' : 'text',
      text: text ?? poll?.question ?? '',
      at: this.at(),
      updatedSeq: seq,
      revision: 0,
      reactions: [],
      ...(attachments && {
        attachments: attachments.map(({ mediaId }) => ({ mediaId, kind: 'image', state: 'ready', contentType: 'image/webp', bytes: 1 })),
      }),
      ...(cards && { cards }),
      ...(location && { location }),
      ...(sticker && { sticker: { ...sticker, url: `https://cdn.example/${sticker.stickerId}` } }),
      ...(mentions && { mentions }),
      ...(mentionsAll && { mentionsAll }),
      ...(conversation.messageTtl && { expiresAt: new Date(this.clock.now + conversation.messageTtl * 1000).toISOString() }),
      ...(root && { threadId: root.messageId, threadOrdinal: count }),
      ...(quoted && {
        replyTo: {
          messageId: quoted.messageId,
          seq: quoted.seq,
          senderId: quoted.senderId,
          preview: quoted.text.slice(0, 100),
          ...(quoted.unsentAt && { isUnsent: true as const }),
        },
      }),
      ...(poll && { poll: { options: poll.options, votes: {} } }),
    };
    conversation.messages.set(message.messageId, message);
    if (root) Object.assign(root, { thread: { count, lastAt: message.at, lastSeq: seq }, updatedSeq: seq });
    conversation.members.get(user)!.readSeq = seq;
    const entry = this.inbox(user).get(conversation.conversationId)!;
    entry.markedUnread = false;
    this.commit(conversation, 'message.created', this.view(undefined, message) as unknown as Json);
    this.project(conversation, seq);
    return { status: 201, body: this.view(user, message), headers: this.#session(conversation) };
  }

  #batch(user: string, conversation: StoredConversation, body: Json): Json[] {
    return (body['messages'] as Json[]).map(message => {
      const { status, body: answer } = this.#send(user, conversation, message);
      return status < 300 ? { status, message: answer } : { status, problem: answer };
    });
  }

  #session = (conversation: StoredConversation) => ({ 'Chat-Session': `a${conversation.conversationId}#${conversation.log.length}` });

  #message(
    user: string,
    conversation: StoredConversation,
    method: string,
    id: string,
    leaf: string | undefined,
    key: string | undefined,
    query: URLSearchParams,
    body: Json,
  ): Answer {
    const { conversationId } = conversation;
    const message = conversation.messages.get(id);
    const answer = (): Answer => ({ status: 200, body: this.view(user, message!), headers: this.#session(conversation) });
    if (!message || !this.view(user, message)) return problem(404, 'message_not_found');
    if (!leaf && method === 'GET') return answer();
    if (!leaf && method === 'PATCH') {
      if (message.senderId !== user) return problem(403, 'not_allowed');
      if (message.unsentAt) return problem(409, 'message_unsent');
      if (message.text === body['text']) return answer();
      Object.assign(message, { text: body['text'], revision: message.revision + 1, editedAt: this.at() });
      this.#updated(conversation, message);
      return answer();
    }
    if (!leaf && query.get('scope') === 'me') {
      conversation.members.get(user)!.hidden.add(id);
      this.pushTo([user], { type: 'message.hidden', conversationId, at: this.at(), data: { messageId: id } });
      this.#unread(user, conversation);
      return { status: 204 };
    }
    if (!leaf) {
      if (message.senderId !== user) return problem(403, 'not_allowed');
      if (message.unsentAt) return answer();
      const { replyTo, poll, editedAt, attachments, cards, location, sticker, linkPreview, ...rest } = message;
      const seq = conversation.log.length + 1;
      const tombstone: Stored = { ...rest, text: '', reactions: [], revision: 0, unsentAt: this.at(), unsentBy: user, updatedSeq: seq };
      conversation.messages.set(id, tombstone);
      this.requote(conversation, tombstone);
      this.commit(conversation, 'message.deleted', { messageId: id, by: user });
      if (this.#isLast(conversation, message.seq)) this.project(conversation, message.seq, false);
      return { status: 200, body: this.view(user, tombstone) };
    }
    if (leaf === 'vote') {
      message.poll!.votes[user] = body['options'] as number[];
      this.#updated(conversation, message);
      this.pushTo([user], {
        type: 'vote.updated',
        conversationId,
        at: this.at(),
        data: { messageId: id, options: body['options'], updatedSeq: message.updatedSeq },
      });
      return answer();
    }
    if (leaf !== 'reactions') return { status: 204 };
    const known = message.reactions.find(one => one.key === key);
    const has = !!known?.users.includes(user);
    if (message.unsentAt && method === 'PUT') return problem(409, 'message_unsent');
    if (has === (method === 'PUT')) return answer();
    if (method === 'PUT' && known) known.users.push(user);
    else if (method === 'PUT') message.reactions.push({ key: key!, users: [user] });
    else known!.users.splice(known!.users.indexOf(user), 1);
    message.reactions = message.reactions.filter(({ users }) => users.length);
    const type = method === 'PUT' ? 'reaction.added' : 'reaction.removed';
    message.updatedSeq = conversation.log.length + 1;
    this.commit(conversation, type, { messageId: id, key, by: user });
    return answer();
  }

  #updated(conversation: StoredConversation, message: Stored): void {
    message.updatedSeq = conversation.log.length + 1;
    this.requote(conversation, message);
    this.commit(conversation, 'message.updated', { messageId: message.messageId, message: this.view(undefined, message) });
    if (this.#isLast(conversation, message.seq)) this.project(conversation, message.seq, false);
  }

  #isLast = (conversation: StoredConversation, seq: number) => [...conversation.messages.values()].every(one => one.seq <= seq);

  // -- The user's own

  #read(user: string, conversation: StoredConversation, seq: number): Answer {
    if (seq > conversation.log.length) return problem(400, 'malformed');
    const member = conversation.members.get(user)!;
    const entry = this.inbox(user).get(conversation.conversationId)!;
    if (seq <= member.readSeq && !entry.markedUnread) return { status: 204 };
    member.readSeq = Math.max(member.readSeq, seq);
    entry.markedUnread = false;
    this.#unread(user, conversation);
    const { conversationId } = conversation;
    this.pushTo([...conversation.members.keys()], {
      type: 'receipt.read',
      conversationId,
      at: this.at(),
      data: { userId: user, upToSeq: seq },
    });
    return { status: 204 };
  }

  #clear(user: string, conversation: StoredConversation, seq: number): Answer {
    const member = conversation.members.get(user)!;
    if (seq <= member.clearedSeq) return { status: 204 };
    member.clearedSeq = seq;
    this.#unread(user, conversation);
    return { status: 204 };
  }

  #unread(user: string, conversation: StoredConversation): void {
    const entry = this.inbox(user).get(conversation.conversationId)!;
    this.changed(entry);
    const { unreadCount, markedUnread, clearedSeq } = this.summary(user, entry);
    const { conversationId } = conversation;
    this.pushTo([user], {
      type: 'unread.updated',
      conversationId,
      at: this.at(),
      data: { version: entry.version, unreadCount, markedUnread, clearedSeq },
    });
  }

  #own(user: string, conversation: StoredConversation, change: (entry: InboxEntry) => void, status: number): Answer {
    const entry = this.inbox(user).get(conversation.conversationId)!;
    change(entry);
    if (status === 204) {
      this.#unread(user, conversation);
      return { status };
    }
    this.changed(entry);
    const data = { version: entry.version, pinned: false, archived: false, ...entry.preferences };
    this.pushTo([user], { type: 'conversation.preferences.updated', conversationId: conversation.conversationId, at: this.at(), data });
    return { status, body: data };
  }

  #block(user: string, method: string, id: string | undefined): Answer {
    const blocks = this.blocks.get(user) ?? new Set<string>();
    this.blocks.set(user, blocks);
    if (!id) return { status: 200, body: { blocks: [...blocks].map(userId => ({ userId, at: this.at() })), continuation: null } };
    if (method === 'PUT') blocks.add(id);
    else blocks.delete(id);
    this.pushTo([user], {
      type: 'block.updated',
      at: this.at(),
      data: { userId: id, isBlocked: method === 'PUT', version: ++this.changes },
    });
    return { status: 204 };
  }
}

function merged(before: Json, change: Json): Json {
  const all = { ...before, ...change };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
