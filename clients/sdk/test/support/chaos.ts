import type { MessageWindow } from '../../src/index.js';
import { isOnline, soon } from './story.js';
import { type Device, essence, type Tab, type World } from './world.js';

const keys = ['👍', '❤️', ':party:'];

/** A tab with the conversation on its screen, and what was sent in it. */
interface Screen {
  readonly tab: Tab;
  readonly window: MessageWindow;
}

/** What users did whose fate is to be checked. */
interface Sent {
  readonly clientMessageId: string;
  readonly user: string;
  /** Whether it was kept before its tab was killed: then it mustn't be lost. */
  isKept: boolean;
  isCancelled: boolean;
}

/** Users who do at random what users do in one group, while the network fails and tabs are killed. */
export class Story {
  readonly sent: Sent[] = [];
  readonly screens: Screen[] = [];
  readonly devices: Device[];
  conversationId = '';

  constructor(
    private readonly world: World,
    users: readonly string[],
  ) {
    // The first user has two devices, one of them with two tabs.
    this.devices = [users[0]!, ...users].map(user => world.device(user));
  }

  async begin(): Promise<void> {
    const { world } = this;
    for (const device of this.devices) device.open();
    this.devices[1]!.open();
    await world.clock.until('all are online', () => world.tabs.every(isOnline));
    const [first, ...others] = [...new Set(this.devices.map(({ user }) => user))];
    const made = world.tabs.find(({ user }) => user === first)!.chat.createGroup({ title: 'Trip', members: others });
    this.conversationId = (await soon(world, made)).conversationId;
    for (const tab of world.tabs) this.#look(tab);
  }

  /** Something that happens. */
  async step(): Promise<void> {
    const { world } = this;
    const screen = world.pick(this.screens);
    const { tab, window } = screen;
    const conversation = tab.chat.conversation(this.conversationId);
    const shown = window.getSnapshot().messages.filter(({ messageId, unsentAt }) => messageId && !unsentAt);
    const some = shown.length ? world.pick(shown) : undefined;
    const own = shown.filter(({ isMine }) => isMine);
    const roll = world.random();
    if (roll < 0.4) this.#send(tab, some?.messageId);
    else if (roll < 0.55 && some) conversation[world.chance(0.5) ? 'react' : 'unreact'](some.messageId!, world.pick(keys));
    else if (roll < 0.63 && own.length) conversation.edit(world.pick(own).messageId!, `edited ${world.between(1, 1e6)}`);
    else if (roll < 0.66 && own.length) conversation.unsend(world.pick(own).messageId!);
    else if (roll < 0.69 && some) conversation.hide(some.messageId!);
    else if (roll < 0.77 && some) conversation.read(some.seq!);
    else if (roll < 0.8) conversation.setPreferences({ pinned: world.chance(0.5) });
    else if (roll < 0.88) tab.setOnline(!tab.isOnline);
    else if (roll < 0.93) tab.loseConnection();
    else if (roll < 0.97) this.#replace(screen);
    else if (roll < 0.99) this.#cancel(tab);
    await world.clock.pass(world.between(0, 1500));
  }

  /** What differs from the service's own truth, in words; nothing if all is well. */
  async faults(): Promise<string[]> {
    const { world, conversationId } = this;
    const faults: string[] = [];
    const { truth } = world;
    const log = await truth.log(conversationId);
    for (const { user, clientMessageId, isKept, isCancelled } of this.sent) {
      const times = log.filter(one => one.senderId === user && one.clientMessageId === clientMessageId).length;
      if (times > 1) faults.push(`${clientMessageId} of ${user} is there ${times} times`);
      if (times === 0 && isKept && !isCancelled) faults.push(`${clientMessageId} of ${user} is lost`);
    }
    for (const { tab } of this.screens) {
      // What was deleted for oneself elsewhere isn't in the log: a conversation that is opened again doesn't show it.
      const window = tab.chat.conversation(conversationId).messages({ pageSize: 20 });
      window.subscribe(() => {});
      await world.clock.until('the window shows something', () => window.getSnapshot().status === 'ready');
      for (let pages = 0; window.getSnapshot().hasBefore && pages < 20; pages++) await soon(world, window.loadBefore());
      // A slow service may still be answering.
      let found: string[] = [];
      for (let tries = 0; tries < 5; tries++) {
        await world.clock.pass(1000);
        found = await this.#differences(tab, window);
        if (!found.length) break;
      }
      faults.push(...found);
    }
    return faults;
  }

  async #differences(tab: Tab, window: MessageWindow): Promise<string[]> {
    const { world, conversationId } = this;
    const { truth } = world;
    const faults: string[] = [];
    const name = `${tab.user}'s tab${tab.chat.connection.getSnapshot().isLeader ? ', which leads' : ''}`;
    const waiting = tab.chat.outbox.getSnapshot().filter(({ state, error }) => state !== 'failed' || error?.status === 503);
    if (waiting.length) faults.push(`${name} still waits: ${JSON.stringify(waiting)}`);
    const shown = window.getSnapshot().messages.filter(({ state }) => state === 'sent');
    compare(faults, `what ${name} shows`, shown.map(essence), (await truth.messages(tab.user, conversationId)).map(essence));
    const list = tab.chat
      .conversations('all')
      .getSnapshot()
      .conversations.map(one => ({
        conversationId: one.conversationId,
        unreadCount: one.unreadCount,
        lastSeq: one.lastMessage?.seq,
        preview: one.lastMessage?.preview,
        pinned: one.preferences.pinned,
      }));
    compare(faults, `${name}'s list`, list, await truth.list(tab.user));
    return faults;
  }

  #look(tab: Tab): void {
    const window = tab.chat.conversation(this.conversationId).messages({ pageSize: 20 });
    window.subscribe(() => {});
    this.screens.push({ tab, window });
  }

  #send(tab: Tab, replyTo: string | undefined): void {
    const { world } = this;
    for (let count = world.chance(0.2) ? 5 : 1; count > 0; count--) {
      const content = { text: `hello ${world.between(1, 1e6)}`, ...(replyTo && world.chance(0.2) && { replyTo }) };
      const { clientMessageId, queued } = tab.chat.conversation(this.conversationId).send(content);
      const sent: Sent = { clientMessageId, user: tab.user, isKept: false, isCancelled: false };
      this.sent.push(sent);
      void queued.then(() => (sent.isKept = true));
    }
  }

  #cancel(tab: Tab): void {
    const item = tab.chat.outbox.getSnapshot().find(({ kind }) => kind === 'send');
    if (!item) return;
    const sent = this.sent.find(({ clientMessageId }) => clientMessageId === item.clientMessageId);
    void tab.chat.outbox.cancel(item.id).then(isCancelled => {
      if (sent && isCancelled) sent.isCancelled = true;
    });
  }

  /** A tab is killed, perhaps the one that leads, and another one opened. */
  #replace(screen: Screen): void {
    const device = this.devices.find(({ tabs }) => tabs.includes(screen.tab))!;
    screen.tab.kill();
    this.screens.splice(this.screens.indexOf(screen), 1);
    this.#look(device.open());
  }
}

function compare(faults: string[], what: string, seen: readonly object[], wanted: readonly object[]): void {
  const [one, other] = [seen, wanted].map(all => all.map(item => JSON.stringify(item)));
  const extra = one!.filter(item => !other!.includes(item));
  const missing = other!.filter(item => !one!.includes(item));
  if (extra.length || missing.length) faults.push(`${what}:\n  has ${extra.join('\n      ')}\n  not ${missing.join('\n      ')}`);
  else if (one!.join() !== other!.join()) faults.push(`${what}: in another order, or doubled: ${seen.length} instead of ${wanted.length}`);
}
