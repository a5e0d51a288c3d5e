import { type Comments, CommentsOn } from './channels/comments.js';
import { watchOf } from './channels/watch.js';
import { type Opened, Posts } from './channels/posts.js';
import type { Chat } from './chat.js';
import type { Conversation, MessageWindow, WindowOptions } from './conversation.js';
import type { Core } from './core.js';
import { ChatError } from './error.js';
import type { components } from './generated/schema.js';
import type { Handle } from './handle.js';
import { applyDetails, shownOf } from './list.js';
import { Derived, keepItems, Live } from './live.js';
import { dropLog } from './messages.js';
import type { Observable } from './observable.js';
import { Resource } from './resource.js';
import type {
  ChatEvent,
  ConversationDetails,
  ConversationSummary,
  Loaded,
  NewMessage,
  QueuedMessage,
  UnreadCounts,
} from './types.js';

export type { Comments } from './channels/comments.js';
export type Subscription = components['schemas']['Subscription'];
export type NotifyLevel = components['schemas']['NotifyLevel'];
export type ChannelVisibility = components['schemas']['ChannelVisibility'];

/** What a follower wants of a channel: what is absent stays, null clears. */
export interface SubscriptionChange {
  /** Of which posts they want to be notified. The client goes by it. */
  readonly notify?: NotifyLevel | null;
  readonly mutedUntil?: string | null;
}

/** A channel that the user follows. */
export interface ChannelView extends ConversationSummary {
  readonly subscription: Subscription;
  /** Whether `mutedUntil` is in the future. */
  readonly isMuted: boolean;
}

export interface NewChannel {
  readonly title: string;
  readonly members?: readonly string[];
  /** `private` is for its members, and who comes by an invite link; `public` at first. */
  readonly visibility?: ChannelVisibility;
}

/** Broadcast channels of one user's chat: `channelsOf(chat)`. */
export interface Channels {
  /**
   * What the user follows, the newest post first; kept for when there is no connection. Changes of their own come at once. Posts aren't
   * pushed: while somebody subscribes and the page is visible it is asked for once a minute, and those that are open are live.
   */
  readonly followed: Observable<Loaded<readonly ChannelView[]>>;
  /** What is unread in those that aren't muted. It fetches nothing by itself: as new as `followed` is. */
  readonly unread: Observable<UnreadCounts>;
  /** A channel, whether or not the user follows it. The same object for the same id. */
  channel(conversationId: string): Channel;
  /** Makes one, with those who post besides the user; for who has the role `chat.publisher`. Rejects with `not_allowed` for others. */
  create(channel: NewChannel): Promise<Channel>;
}

/** A channel. What returns a promise is asked at once, retried while it may succeed for up to 30 s, and rejects with a `ChatError`. */
export interface Channel {
  readonly conversationId: string;
  /** The same as any conversation: `details` with `followerCount`, `pins`, `forward`, and for who posts its settings and members. */
  readonly conversation: Conversation;
  /** How the user follows it; undefined while they don't, and while that isn't known. */
  readonly subscription: Observable<Subscription | undefined>;
  /**
   * A new window of posts, which is live while somebody subscribes and the page is visible. `gone` for who neither follows nor posts. In
   * React: `useMemo`, or keep it in a ref.
   */
  posts(options?: WindowOptions): MessageWindow;
  /** The comments on one of its posts. The same object for the same id. */
  comments(messageId: string): Comments;
  /** Queued, as `Conversation.send`: for members. */
  post(content: NewMessage): QueuedMessage;
  /** Queued, as `Conversation.read`. Nobody else sees it. */
  read(seq: number): void;
  /**
   * Rejects with `conversation_not_found` where there is no such channel, it is private, or the user was removed from it; `limit_reached`
   * beyond 200. By an invite link a channel is followed with `chat.joinByInvite`.
   */
  follow(change?: SubscriptionChange): Promise<Subscription>;
  /** What the device keeps of it goes. */
  unfollow(): Promise<void>;
}

/** How often the list is asked for, in ms. */
const period = 60_000;

const readTo = ({ readOrdinal = 0, joinedOrdinal = 0 }: Subscription): number => Math.max(readOrdinal, joinedOrdinal);

class ChannelsOf implements Channels {
  readonly followed: Live<Loaded<readonly ChannelView[]>>;
  readonly unread: Derived<UnreadCounts>;
  readonly list: Resource<readonly ConversationSummary[]>;
  /** The newest of each that an event or an answer told: the list may be from before. */
  readonly #known = new Map<string, Live<Subscription | undefined>>();
  readonly #channels = new Map<string, ChannelOf>();

  constructor(
    readonly core: Core,
    readonly chat: Chat,
  ) {
    this.list = new Resource<readonly ConversationSummary[]>(core, {
      key: ['', 'channels'],
      initial: [],
      fetch: async () => {
        const query = { filter: 'channels' };
        const answer = (await core.http.ask('get', '/conversations', { query })) as { conversations: readonly ConversationSummary[] };
        return answer.conversations;
      },
      reduce: (value, event) => this.#reduce(value, event),
    });
    this.followed = new Live<Loaded<readonly ChannelView[]>>(core.env, { status: 'loading', value: [] }, () => this.#work());
    this.unread = new Derived<UnreadCounts>(before => {
      const counted = this.followed.getSnapshot().value.filter(({ isMuted, unreadCount }) => unreadCount && !isMuted);
      const messages = counted.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
      const isSame = before?.conversations === counted.length && before.messages === messages;
      return isSame ? before : { conversations: counted.length, messages };
    });
    core.listen(event => event?.type === 'subscription.updated' && this.note(event.data));
  }

  channel(conversationId: string): ChannelOf {
    let channel = this.#channels.get(conversationId);
    if (!channel) this.#channels.set(conversationId, (channel = new ChannelOf(this, conversationId)));
    return channel;
  }

  async create({ title, members = [], visibility }: NewChannel): Promise<Channel> {
    const { http, env, ready } = this.core;
    const idempotencyKey = env.id();
    const body = { kind: 'channel', title, members, visibility };
    const details = (await http.insist(() => http.ask('post', '/conversations', { body, idempotencyKey }))) as ConversationDetails;
    const { write } = await ready;
    await write(batch => applyDetails(batch, details));
    return this.channel(details.conversationId);
  }

  subscription(conversationId: string): Live<Subscription | undefined> {
    let known = this.#known.get(conversationId);
    if (!known) this.#known.set(conversationId, (known = new Live<Subscription | undefined>(this.core.env, undefined)));
    return known;
  }

  /** Takes what an event or an answer says of a subscription, if it is the newest. */
  note(subscription: Subscription): void {
    if (!this.#take(subscription)) return;
    this.#show();
    if (!subscription.isFollowing) void this.#forget(subscription.conversationId);
  }

  /** Drops what a follower has kept; to members it stays. */
  async #forget(conversationId: string): Promise<void> {
    const { list, ready } = this.core;
    if (list.view(conversationId)) return;
    const { write } = await ready;
    await write(async batch => {
      await dropLog(batch, conversationId);
      await batch.tx.deleteRange('cache', [conversationId], [conversationId, []] as never);
    });
  }

  #work(): () => void {
    const { env } = this.core;
    let askedAt = env.now();
    let cancel = () => {};
    const look = () => {
      cancel();
      if (env.isVisible() && env.now() - askedAt >= period) {
        askedAt = env.now();
        const { status, value } = this.list.getSnapshot();
        // Who follows none is told when they do.
        if (status !== 'ready' || value.length) this.list.reload();
      }
      cancel = env.after(Math.max(1000, askedAt + period - env.now()) * (1 + env.random() / 10), look);
    };
    const show = () => this.#show();
    const ends = [this.list.subscribe(show), this.core.list.views.subscribe(show), env.onChange(look), () => cancel()];
    look();
    this.#show();
    return () => ends.forEach(end => end());
  }

  #show(): void {
    const { status, value, error } = this.list.getSnapshot();
    for (const { subscription } of value) if (subscription) this.#take(subscription);
    const before = this.followed.getSnapshot();
    const now = value.flatMap(one => this.#view(one) ?? []);
    now.sort((one, other) => Date.parse(other.activityAt) - Date.parse(one.activityAt));
    const shown = keepItems(before.value, now, ({ conversationId }) => conversationId);
    if (shown === before.value && status === before.status && error === before.error) return;
    this.followed.set({ status, value: shown, ...(error && { error }) });
    this.unread.invalidate();
  }

  #take(subscription: Subscription): boolean {
    const known = this.subscription(subscription.conversationId);
    const isNewer = (known.getSnapshot()?.version ?? 0) < subscription.version;
    if (isNewer) known.set(subscription);
    return isNewer;
  }

  /** An entry of the list with what is known of it since. */
  #view(summary: ConversationSummary): ChannelView | undefined {
    const subscription = this.subscription(summary.conversationId).getSnapshot();
    if (!subscription?.isFollowing || !summary.subscription) return undefined;
    const { mutedUntil } = subscription;
    const { lastMessage: last } = summary;
    const isBlocked = !!last && this.core.list.isBlocked(summary.conversationId, last.senderId);
    return {
      ...summary,
      lastMessage: isBlocked ? { seq: last.seq, senderId: last.senderId, at: last.at, preview: '', hidden: 'blocked' } : last,
      subscription,
      unreadCount: Math.max(0, summary.unreadCount + readTo(summary.subscription) - readTo(subscription)),
      isMuted: !!mutedUntil && Date.parse(mutedUntil) > this.core.env.now(),
    };
  }

  #reduce(value: readonly ConversationSummary[], event: ChatEvent): readonly ConversationSummary[] | undefined {
    if (!('conversationId' in event)) return value;
    const { conversationId, type } = event;
    const known = value.find(one => one.conversationId === conversationId);
    // One that is followed since has a place in it, and whoever began anew another count.
    if (type === 'subscription.updated')
      return event.data.isFollowing && known?.subscription?.joinedOrdinal !== event.data.joinedOrdinal ? undefined : value;
    if (!known) return value;
    const change = (now: Partial<ConversationSummary>) => value.map(one => (one === known ? { ...known, ...now } : one));
    const { lastMessage: last, lastSeq } = known;
    if (type === 'message.updated' && event.data.message) {
      const { message } = event.data;
      return last?.seq === message.seq ? change({ lastMessage: { ...last, ...shownOf(message) } }) : value;
    }
    if (type === 'conversation.updated' || type === 'conversation.deleted' || type === 'message.updated' || type === 'message.deleted')
      return undefined;
    if (type !== 'message.created' || event.seq <= lastSeq) return value;
    const { seq, senderId, at } = event.data;
    const lastMessage = { seq, senderId, at, ...shownOf(event.data) };
    return change({ lastSeq: seq, lastMessage, activityAt: at, unreadCount: known.unreadCount + 1 });
  }
}

class ChannelOf implements Channel {
  readonly conversation: Handle;
  readonly subscription: Live<Subscription | undefined>;
  readonly #known: Live<Subscription | undefined>;
  readonly #watch: Live<undefined>;
  readonly #comments = new Map<string, Comments>();

  constructor(
    private readonly all: ChannelsOf,
    readonly conversationId: string,
  ) {
    const { core, chat } = all;
    this.conversation = chat.conversation(conversationId) as Handle;
    const known = (this.#known = all.subscription(conversationId));
    this.#watch = watchOf(core, conversationId, known);
    this.subscription = new Live<Subscription | undefined>(core.env, undefined, () => {
      const { details } = this.conversation;
      const show = () => {
        const { subscription } = details.getSnapshot().value ?? {};
        if (subscription) all.note(subscription);
        const now = known.getSnapshot();
        this.subscription.set(now?.isFollowing ? now : undefined);
      };
      const ends = [details.subscribe(show), known.subscribe(show)];
      show();
      return () => ends.forEach(end => end());
    });
  }

  posts(options?: WindowOptions): MessageWindow {
    return new Posts(this.all.core, this.conversationId, this.#watch, () => this.#opened(), options);
  }

  comments(messageId: string): Comments {
    let comments = this.#comments.get(messageId);
    if (!comments)
      this.#comments.set(messageId, (comments = new CommentsOn(this.all.core, this.conversationId, messageId, this.#known)));
    return comments;
  }

  post(content: NewMessage): QueuedMessage {
    return this.conversation.send(content);
  }

  read(seq: number): void {
    this.conversation.read(seq);
  }

  async follow({ notify, mutedUntil }: SubscriptionChange = {}): Promise<Subscription> {
    const body = { ...(notify !== undefined && { notify }), ...(mutedUntil !== undefined && { mutedUntil }) };
    const subscription = (await this.#insist('put', body)) as Subscription;
    this.#changed(subscription);
    return subscription;
  }

  async unfollow(): Promise<void> {
    await this.#insist('delete');
    // The event may have come before the answer.
    const { version = 0, isFollowing = true } = this.#known.getSnapshot() ?? {};
    this.#changed({ conversationId: this.conversationId, isFollowing: false, version: isFollowing ? version + 1 : version });
  }

  #changed(subscription: Subscription): void {
    this.all.note(subscription);
    this.all.list.reload();
    this.conversation.details.reload();
  }

  #insist(method: 'put' | 'delete', body?: object): Promise<unknown> {
    const { http } = this.all.core;
    const asked = { path: { conversationId: this.conversationId }, ...(body && { body }) };
    return http.insist(() => http.ask(method, '/channels/{conversationId}/subscription', asked));
  }

  /** What the user has read of it; asked for where no list says it. */
  async #opened(): Promise<Opened | undefined> {
    const { core, followed } = this.all;
    const listed = followed.getSnapshot().value.find(one => one.conversationId === this.conversationId);
    if (listed) return { readOrdinal: readTo(listed.subscription), count: listed.unreadCount + readTo(listed.subscription) };
    try {
      const ask = () => core.http.ask('get', '/conversations/{conversationId}', { path: { conversationId: this.conversationId } });
      const { subscription, messageCount } = (await core.http.insist(ask)) as ConversationDetails;
      return subscription && { readOrdinal: readTo(subscription), count: messageCount };
    } catch (error) {
      if (error instanceof ChatError) return undefined;
      throw error;
    }
  }
}

const all = new WeakMap<Core, ChannelsOf>();

/** The channels of a chat; the same object for the same chat. */
export function channelsOf(chat: Chat): Channels {
  const { core } = chat as unknown as { readonly core: Core };
  let channels = all.get(core);
  if (!channels) all.set(core, (channels = new ChannelsOf(core, chat)));
  return channels;
}
