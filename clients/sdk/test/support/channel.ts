import { channelsOf, type Channel, type Channels } from '../../src/channels.js';
import type { MessageWindow } from '../../src/index.js';
import type { Answer } from './service.js';
import { problem, type Json } from './state.js';
import { isOnline, soon } from './story.js';
import { type Tab, World } from './world.js';

/** How long the service pushes to who watches, in ms. */
const watching = 5 * 60_000;

interface Follow extends Json {
  joinedOrdinal: number;
  readOrdinal: number;
  version: number;
  isFollowing: boolean;
}

interface Counts {
  readonly version: number;
  readonly views: number;
  readonly reactions: readonly { readonly key: string; readonly count: number; readonly users: readonly string[] }[];
}

/** The channel of the world's service: what docs/protocol.md says of who follows it. */
export class ChannelModel {
  readonly follows = new Map<string, Follow>();
  readonly watchers = new Map<string, number>();
  /** Who reacted, by message and key. */
  readonly reactions = new Map<string, Map<string, Set<string>>>();
  /** What pages say of posts, by ordinal. */
  readonly #counts = new Map<number, Counts>();
  /** The invite code that brings followers; none while it is empty. */
  code = '';
  isPrivate = false;
  /** Who can't follow it. */
  readonly removed = new Set<string>();

  constructor(
    private readonly world: World,
    readonly id: string,
  ) {
    const { service } = world;
    const [answer, push] = [service.answer.bind(service), service.push];
    service.answer = (user, method, path, query, body) => {
      const own = this.#answer(user, method, path, query, body, () => answer('paula', method, path, query, body));
      if (own) service.requests.push(`${user} ${method} ${path}`);
      return own ?? answer(user, method, path, query, body);
    };
    service.push = (users, event) => {
      push(users, event);
      if (event['conversationId'] !== id || !('seq' in event)) return;
      const now = [...this.watchers].filter(([, until]) => until > world.clock.now).map(([user]) => user);
      push(now, hidden(event));
    };
  }

  /** The owner takes somebody out. */
  remove(user: string): void {
    this.removed.add(user);
    this.#end(user);
  }

  /** Counts what others did to a post, without a word. */
  count(ordinal: number, version: number, counts: Partial<Counts>): void {
    this.#counts.set(ordinal, { views: 0, reactions: [], ...counts, version });
  }

  /** A post as a follower is answered it. */
  #post(user: string, message: Json): Json {
    const { version, views, reactions } = this.#counts.get(message['ordinal'] as number) ?? { version: 0, views: 0, reactions: [] };
    const all = this.reactions.get(message['messageId'] as string);
    const seen = reactions.map(one => ({ ...one, mine: !!all?.get(one.key)?.has(user) }));
    return { ...message, reactions: seen, counts: { version, views } };
  }

  /** Tells whoever has it open what was counted of a post. */
  tell(ordinal: number, version: number, counts: Json): void {
    const { world, id } = this;
    const data = { ordinal, version, views: 0, reactions: [], voters: 0, votes: [], ...counts };
    const at = new Date(world.clock.now).toISOString();
    world.service.push(['paula', ...this.watchers.keys()], { type: 'message.counts', conversationId: id, at, data });
  }

  #react(user: string, method: string, messageId: string, key: string): Answer {
    const message = this.world.service.conversations.get(this.id)!.messages.get(messageId)!;
    const all = this.reactions.get(messageId) ?? new Map<string, Set<string>>();
    this.reactions.set(messageId, all);
    const users = all.get(key) ?? new Set<string>();
    all.set(key, users);
    if (method === 'PUT') users.add(user);
    else users.delete(user);
    const reactions = [...all].filter(([, { size }]) => size).map(([name, { size: count }]) => ({ key: name, count, users: [] }));
    const ordinal = message.ordinal as number;
    const version = (this.#counts.get(ordinal)?.version ?? 0) + 1;
    this.count(ordinal, version, { reactions });
    this.tell(ordinal, version, { reactions });
    return { status: 200, body: this.#post(user, message as unknown as Json) };
  }

  #follow(user: string, body: Json = {}): void {
    const follow = this.follows.get(user);
    const joinedOrdinal = this.world.service.conversations.get(this.id)!.ordinal;
    const before: Follow = follow?.isFollowing
      ? follow
      : { isFollowing: true, version: follow?.version ?? 0, joinedOrdinal, readOrdinal: 0, notify: 'all' };
    this.follows.set(user, { ...before, ...body, version: before.version + 1 });
    this.#tell(user);
  }

  #end(user: string): void {
    const follow = this.follows.get(user);
    this.watchers.delete(user);
    if (!follow?.isFollowing) return;
    Object.assign(follow, { isFollowing: false, version: follow.version + 1 });
    this.#tell(user);
  }

  #view(user: string): Json {
    const { isFollowing, version, ...rest } = this.follows.get(user)!;
    return { conversationId: this.id, isFollowing, version, ...(isFollowing && rest) };
  }

  #tell(user: string): void {
    this.world.service.push([user], {
      type: 'subscription.updated',
      conversationId: this.id,
      at: new Date(this.world.clock.now).toISOString(),
      data: this.#view(user),
    });
  }

  #answer(user: string, method: string, path: string, query: URLSearchParams, body: Json, asOwner: () => Answer): Answer | undefined {
    const { id, follows, world } = this;
    const channel = world.service.conversations.get(id)!;
    const follow = follows.get(user);
    const unread = () => Math.max(0, channel.ordinal - Math.max(follow!.readOrdinal, follow!.joinedOrdinal));
    if (path === '/conversations' && query.get('filter') === 'channels') {
      const last = [...channel.messages.values()].at(-1);
      const summary = () => ({
        conversationId: id,
        kind: 'channel',
        title: 'News',
        memberCount: 1,
        lastSeq: channel.log.length,
        unreadCount: unread(),
        lastMessage: last ? { seq: last.seq, senderId: last.senderId, preview: last.text, at: last.at } : null,
        activityAt: last?.at ?? channel.createdAt,
        preferences: { pinned: false, archived: false },
        markedUnread: false,
        clearedSeq: 0,
        isMentioned: false,
        subscription: this.#view(user),
      });
      return { status: 200, body: { conversations: follow?.isFollowing ? [summary()] : [], continuation: null } };
    }
    if (this.code && path === `/invites/${this.code}/join`) {
      if (!follow?.isFollowing) this.#follow(user);
      return world.service.answer(user, 'GET', `/conversations/${id}`, query, {});
    }
    if (path === `/channels/${id}/subscription`) {
      if (method === 'DELETE') this.#end(user);
      if (method === 'DELETE') return { status: 204 };
      const isShut = this.isPrivate && !follow?.isFollowing;
      if (isShut || this.removed.has(user)) return problem(404, 'conversation_not_found');
      this.#follow(user, body);
      return { status: follow?.isFollowing ? 200 : 201, body: this.#view(user) };
    }
    if (!path.includes(`/${id}`) || channel.members.has(user)) return undefined;
    if (!follow?.isFollowing) return problem(404, 'conversation_not_found');
    if (path === `/channels/${id}/watch`) {
      this.watchers.set(user, world.clock.now + watching);
      return { status: 200, body: { until: new Date(world.clock.now + watching).toISOString() } };
    }
    if (path === `/conversations/${id}`) {
      const { body: details } = asOwner() as { body: Json };
      const followerCount = [...follows.values()].filter(({ isFollowing }) => isFollowing).length;
      return { status: 200, body: { ...details, members: [], unreadCount: unread(), followerCount, subscription: this.#view(user) } };
    }
    if (path === `/conversations/${id}/read`) {
      const upTo = [...channel.messages.values()].filter(({ seq }) => seq <= (body['seq'] as number)).at(-1)?.ordinal ?? 0;
      if (upTo <= follow.readOrdinal) return { status: 204 };
      Object.assign(follow, { readOrdinal: upTo, version: follow.version + 1 });
      this.#tell(user);
      return { status: 204 };
    }
    const reaction = /\/messages\/([^/]+)\/reactions\/(.+)$/.exec(path);
    if (reaction) return this.#react(user, method, reaction[1]!, decodeURIComponent(reaction[2]!));
    if (method !== 'GET') return problem(403, 'not_allowed');
    const answer = asOwner();
    const { events, ...page } = answer.body as { events?: Json[]; messages?: Json[] };
    if (page.messages) return { ...answer, body: { ...page, messages: page.messages.map(one => this.#post(user, one)) } };
    return events ? { ...answer, body: { ...page, events: events.map(hidden) } } : answer;
  }
}

/** What followers see of what only members see. */
const hidden = (event: Json): Json => {
  const type = event['type'] as string;
  return type === 'conversation.created' || type.startsWith('member.') ? { ...event, type: 'entry.hidden', data: {} } : event;
};

export interface ChannelStory {
  readonly world: World;
  readonly id: string;
  readonly model: ChannelModel;
  readonly paula: Tab;
  readonly bob: Tab;
  /** As Paula has it, who posts, and as Bob has it, who follows. */
  readonly posting: Channel;
  readonly channel: Channel;
  readonly channels: Channels;
}

/** Paula has a channel, and Bob is online and follows it. */
export async function channelStory(seed = 1): Promise<ChannelStory> {
  const world = new World(seed);
  const [paula, bob] = [world.device('paula').open(), world.device('bob').open()];
  await world.clock.until('both are online', () => [paula, bob].every(isOnline));
  const posting = await soon(world, channelsOf(paula.chat).create({ title: 'News' }));
  const model = new ChannelModel(world, posting.conversationId);
  const channels = channelsOf(bob.chat);
  const channel = channels.channel(model.id);
  await soon(world, channel.follow());
  await world.clock.pass(3000);
  return { world, id: model.id, model, paula, bob, posting, channel, channels };
}

/** Posts that somebody looks at. */
export function look({ channel }: Pick<ChannelStory, 'channel'>): { readonly posts: MessageWindow; readonly end: () => void } {
  const posts = channel.posts();
  return { posts, end: posts.subscribe(() => {}) };
}
