import type { Core } from './core.js';
import type { Conversation, ConversationChange, MessageWindow, PreferencesChange, WindowOptions } from './conversation.js';
import { ChatError } from './error.js';
import type { Asked, Method } from './http.js';
import { Derived, keepItems } from './live.js';
import { applyDetails } from './list.js';
import { findMessage, isExpired, withMine } from './messages.js';
import type { Observable } from './observable.js';
import type { Queue } from './outbox.js';
import { Typing } from './people.js';
import { receiptsOf } from './receipts.js';
import { Resource } from './resource.js';
import type {
  ChatEvent,
  ConversationDetails,
  ConversationView,
  InviteLink,
  MemberView,
  Mention,
  Message,
  NewMessage,
  OutboxItem,
  Pin,
  QueuedMessage,
  Receipts,
  Scheduled,
  ShownMessage,
} from './types.js';
import { Window } from './window.js';

const readEvery = 1000;
const draftEvery = 1000;

type JoinRequest = { readonly userId: string; readonly requestedAt: string };

/** A conversation of one user's chat. */
export class Handle implements Conversation {
  readonly summary: Observable<ConversationView | undefined>;
  readonly details: Resource<ConversationDetails | undefined>;
  readonly members: Resource<readonly MemberView[]>;
  readonly pins: Resource<readonly Pin[]>;
  readonly joinRequests: Resource<readonly JoinRequest[]>;
  readonly receipts: Observable<Receipts>;
  readonly typing: Observable<readonly string[]>;
  readonly outbox: Observable<readonly OutboxItem[]>;
  readonly #typing: Typing;
  readonly #read = { seq: 0, doneSeq: 0, lastAt: -Infinity, isWaiting: false };
  #cancelDraft: (() => void) | undefined;

  constructor(
    private readonly core: Core,
    readonly conversationId: string,
  ) {
    this.summary = { getSnapshot: () => core.list.view(conversationId), subscribe: core.list.views.subscribe };
    this.details = this.#resource<ConversationDetails | undefined>(
      'details',
      undefined,
      async () => {
        return (await this.#ask('get', '')) as ConversationDetails;
      },
      ['conversation.updated', ...membership],
    );
    this.members = this.#resource<readonly MemberView[]>('members', [], () => this.#all<MemberView>('/members', 'members'), membership);
    this.pins = this.#resource<readonly Pin[]>(
      'pins',
      [],
      async () => ((await this.#ask('get', '/pins')) as { pins: readonly Pin[] }).pins.filter(({ message }) => !('hidden' in message)),
      ['message.pinned', 'message.unpinned', 'message.deleted', 'message.updated'],
      // What isn't pinned changes more often.
      (pins, { type, data }) =>
        type.endsWith('pinned') || pins.some(({ message }) => message.messageId === (data as Pin['message']).messageId),
    );
    this.joinRequests = this.#resource<readonly JoinRequest[]>(
      'joinRequests',
      [],
      () => this.#all<JoinRequest>('/join-requests', 'joinRequests'),
      ['member.requested', 'member.joined'],
    );
    this.receipts = receiptsOf(core, conversationId);
    this.#typing = new Typing(core, conversationId);
    this.typing = this.#typing.typists;
    const outbox = new Derived<readonly OutboxItem[]>(before =>
      keepItems(
        before,
        core.queue.items.getSnapshot().filter(item => item.conversationId === conversationId),
        ({ id }) => id,
      ),
    );
    core.queue.items.subscribe(() => outbox.invalidate());
    this.outbox = outbox;
  }

  messages(options?: WindowOptions): MessageWindow {
    return new Window(this.core, this.conversationId, '', options);
  }

  thread(rootMessageId: string, options?: WindowOptions): MessageWindow {
    return new Window(this.core, this.conversationId, rootMessageId, options);
  }

  async message(messageId: string): Promise<Message> {
    const { store } = await this.core.ready;
    const kept = await store.read(tx => findMessage(tx, this.conversationId, messageId));
    // What the service would hide is kept as it was pushed.
    const isBlocked = (userId?: string) => this.core.list.isBlocked(this.conversationId, userId);
    const isGood = kept && !kept.isHidden && !kept.isStale && !isExpired(kept.message, this.core.env.now());
    if (isGood && !isBlocked(kept.message.senderId) && !isBlocked(kept.message.replyTo?.senderId)) return withMine(kept);
    const message = (await this.#insist('get', '/messages/{messageId}', { path: { messageId } })) as ShownMessage;
    if ('hidden' in message) throw new ChatError({ code: 'message_not_found' });
    return message;
  }

  send(content: NewMessage): QueuedMessage {
    this.#typing.tell(false);
    return this.core.queue.send(this.conversationId, content);
  }

  edit(messageId: string, text: string, mentions?: readonly Mention[]): void {
    this.#queue({ kind: 'edit', messageId, text, mentions });
  }

  unsend(messageId: string): void {
    this.#queue({ kind: 'unsend', messageId });
  }

  hide(messageId: string): void {
    this.#queue({ kind: 'hide', messageId });
  }

  react(messageId: string, key: string): void {
    this.#queue({ kind: 'react', messageId, key, isWanted: true });
  }

  unreact(messageId: string, key: string): void {
    this.#queue({ kind: 'react', messageId, key, isWanted: false });
  }

  vote(messageId: string, options: readonly number[]): void {
    this.#queue({ kind: 'vote', messageId, options });
  }

  read(seq: number): void {
    const { env } = this.core;
    this.#read.seq = Math.max(this.#read.seq, seq);
    if (this.#read.isWaiting || this.#read.seq <= this.#read.doneSeq) return;
    this.#read.isWaiting = true;
    // What was shown to nobody isn't read.
    const unlisten = env.onChange(() => attempt());
    let isDue = false;
    const attempt = () => {
      if (!isDue || !env.isVisible() || !env.isFocused()) return;
      unlisten();
      Object.assign(this.#read, { isWaiting: false, doneSeq: this.#read.seq, lastAt: env.now() });
      this.#queue({ kind: 'read', seq: this.#read.seq });
    };
    env.after(Math.max(0, this.#read.lastAt + readEvery - env.now()), () => {
      isDue = true;
      attempt();
    });
  }

  markUnread(): void {
    this.#read.doneSeq = 0;
    this.#queue({ kind: 'unread' });
  }

  clear(seq = this.core.list.view(this.conversationId)?.lastSeq ?? 0): void {
    if (seq > 0) this.#queue({ kind: 'clear', seq });
  }

  setPreferences(change: PreferencesChange): void {
    this.#queue({ kind: 'preferences', change });
  }

  setDraft(text: string): void {
    this.#cancelDraft?.();
    this.#cancelDraft = this.core.env.after(draftEvery, () => {
      if ((this.core.list.view(this.conversationId)?.preferences.draft?.text ?? '') !== text)
        this.setPreferences({ draft: text ? { text } : null });
    });
  }

  setTyping(isTyping: boolean): void {
    this.#typing.tell(isTyping);
  }

  async pin(messageId: string): Promise<void> {
    await this.#insist('put', '/messages/{messageId}/pin', { path: { messageId } });
    this.pins.reload();
  }

  async unpin(messageId: string): Promise<void> {
    await this.#insist('delete', '/messages/{messageId}/pin', { path: { messageId } });
    this.pins.reload();
  }

  async forward(
    messageId: string,
    to: readonly string[],
  ): Promise<readonly { readonly conversationId: string; readonly isSent: boolean }[]> {
    const asked = { path: { messageId }, body: { clientMessageId: this.core.env.id(), to }, about: to };
    const { results } = (await this.#insist('post', '/messages/{messageId}/forward', asked)) as {
      results: readonly { conversationId: string; status: number }[];
    };
    return results.map(({ conversationId, status }) => ({ conversationId, isSent: status < 300 }));
  }

  async revisions(messageId: string): Promise<readonly { readonly revision: number; readonly text: string; readonly at: string }[]> {
    type Answer = { revisions: readonly { readonly revision: number; readonly text: string; readonly at: string }[] };
    return ((await this.#insist('get', '/messages/{messageId}/revisions', { path: { messageId } })) as Answer).revisions;
  }

  reactions(messageId: string): Promise<readonly { readonly userId: string; readonly keys: readonly string[]; readonly at: string }[]> {
    return this.#all('/messages/{messageId}/reactions', 'reactions', { messageId });
  }

  async schedule(content: NewMessage, dueAt: Date): Promise<Scheduled> {
    const body = { clientMessageId: this.core.env.id(), ...content, dueAt: dueAt.toISOString() };
    return (await this.#insist('post', '/scheduled', { body })) as Scheduled;
  }

  async scheduled(): Promise<readonly Scheduled[]> {
    return ((await this.#insist('get', '/scheduled')) as { scheduled: readonly Scheduled[] }).scheduled;
  }

  async cancelScheduled(scheduledId: string): Promise<void> {
    await this.#insist('delete', '/scheduled/{scheduledId}', { path: { scheduledId } });
  }

  async update(change: ConversationChange): Promise<ConversationDetails> {
    const details = (await this.#insist('patch', '', { body: change })) as ConversationDetails;
    this.details.provide(details);
    return details;
  }

  async delete(): Promise<void> {
    await this.#insist('delete', '');
  }

  async addMembers(userIds: readonly string[]): Promise<void> {
    await this.#insist('post', '/members', { body: { members: userIds } });
    this.members.reload();
  }

  async removeMember(userId: string): Promise<void> {
    await this.#insist('delete', '/members/{userId}', { path: { userId } });
    this.members.reload();
  }

  leave(): Promise<void> {
    return this.removeMember(this.core.me);
  }

  async setRole(userId: string, role: 'admin' | 'member'): Promise<void> {
    await this.#insist('patch', '/members/{userId}', { path: { userId }, body: { role } });
    this.members.reload();
  }

  async transferOwnership(userId: string): Promise<void> {
    await this.#insist('post', '/owner', { body: { userId } });
    this.members.reload();
  }

  async inviteLinks(): Promise<readonly InviteLink[]> {
    return ((await this.#insist('get', '/invite-links')) as { inviteLinks: readonly InviteLink[] }).inviteLinks;
  }

  async createInviteLink({ expiresAt, maxUses }: { readonly expiresAt?: Date; readonly maxUses?: number } = {}): Promise<InviteLink> {
    const body = { ...(expiresAt && { expiresAt: expiresAt.toISOString() }), ...(maxUses && { maxUses }) };
    return (await this.#insist('post', '/invite-links', { body, idempotencyKey: this.core.env.id() })) as InviteLink;
  }

  async deleteInviteLink(linkId: string): Promise<void> {
    await this.#insist('delete', '/invite-links/{linkId}', { path: { linkId } });
  }

  async approve(userId: string): Promise<void> {
    await this.#insist('post', '/join-requests/{userId}/approve', { path: { userId } });
    this.joinRequests.reload();
  }

  async reject(userId: string): Promise<void> {
    await this.#insist('post', '/join-requests/{userId}/reject', { path: { userId } });
    this.joinRequests.reload();
  }

  #queue(wish: Parameters<Queue['add']>[1]): void {
    this.core.queue.add(this.conversationId, wish);
  }

  #ask(method: Method, path: string, asked: Asked = {}): Promise<unknown> {
    return this.core.http.ask(method, `/conversations/{conversationId}${path}`, {
      ...asked,
      path: { ...asked.path, conversationId: this.conversationId },
    });
  }

  /** Asks again while it may succeed; what is asked for has a key, or is the same when it is done twice. */
  #insist(method: Method, path: string, asked?: Asked): Promise<unknown> {
    return this.core.http.insist(() => this.#ask(method, path, asked));
  }

  #all<T>(path: string, name: string, parts?: Readonly<Record<string, string>>): Promise<readonly T[]> {
    const { conversationId, core } = this;
    return core.http.all<T>(`/conversations/{conversationId}${path}`, name, { ...parts, conversationId });
  }

  #resource<T>(
    kind: string,
    initial: T,
    fetch: () => Promise<T>,
    types: readonly ChatEvent['type'][],
    concerns: (value: T, event: ChatEvent) => boolean = () => true,
  ): Resource<T> {
    const { core, conversationId } = this;
    const reduce = (value: T, event: ChatEvent): T | undefined =>
      'conversationId' in event && event.conversationId === conversationId && types.includes(event.type) && concerns(value, event)
        ? undefined
        : value;
    return new Resource<T>(core, { key: [conversationId, kind], initial, fetch, reduce });
  }

  /** Keeps what an answer says of it, before the list has it. */
  async keep(details: ConversationDetails): Promise<this> {
    const { write } = await this.core.ready;
    await write(batch => applyDetails(batch, details));
    this.details.provide(details);
    return this;
  }
}

const membership: readonly ChatEvent['type'][] = ['member.joined', 'member.left', 'member.removed', 'member.updated'];
