import type { MessageWindow, WindowOptions } from '../conversation.js';
import type { Core } from '../core.js';
import { applyDetails } from '../list.js';
import type { Observable } from '../observable.js';
import { Resource } from '../resource.js';
import type { Subscription } from '../channels.js';
import type { ConversationDetails, Loaded } from '../types.js';
import { Window } from '../window.js';
import { watchOf } from './watch.js';

/** The comments on a channel's post. They are a conversation of their own, which is in no list. */
export interface Comments {
  /**
   * Where they are: `conversationId` for `Chat.conversation`, by which they are sent, edited and taken back; `comments`, whether new ones
   * are taken; `slowModeSeconds`. The error `comments_off` says that there are none and none are taken.
   */
  readonly details: Observable<Loaded<ConversationDetails | undefined>>;
  /** A new window of them, once `details` are ready; live while somebody subscribes and the page is visible. */
  messages(options?: WindowOptions): MessageWindow;
}

export class CommentsOn implements Comments {
  readonly details: Resource<ConversationDetails | undefined>;

  constructor(
    private readonly core: Core,
    conversationId: string,
    messageId: string,
    private readonly subscription: Observable<Subscription | undefined>,
  ) {
    const { http, ready } = core;
    this.details = new Resource<ConversationDetails | undefined>(core, {
      key: [conversationId, `comments ${messageId}`],
      initial: undefined,
      fetch: async () => {
        const path = { conversationId, messageId };
        const details = (await http.ask('put', '/channels/{conversationId}/posts/{messageId}/comments', { path })) as ConversationDetails;
        const { write } = await ready;
        // As a channel that is followed: what is pushed of it is no news of the list's.
        await write(batch => applyDetails(batch, { ...details, subscription: {} as Subscription }));
        return details;
      },
      reduce: (value, event) => {
        const { type } = event;
        const isOfChannel = 'conversationId' in event && event.conversationId === conversationId;
        return isOfChannel && (type === 'conversation.updated' || type === 'message.deleted') ? undefined : value;
      },
    });
  }

  messages(options?: WindowOptions): MessageWindow {
    const { core, details, subscription } = this;
    const { conversationId } = details.getSnapshot().value!;
    const watch = watchOf(core, conversationId, subscription);
    const window = new Window(core, conversationId, '', options);
    return {
      getSnapshot: window.getSnapshot,
      subscribe: changed => {
        const ends = [watch.subscribe(() => {}), window.subscribe(changed)];
        return () => ends.forEach(end => end());
      },
      loadBefore: () => window.loadBefore(),
      loadAfter: () => window.loadAfter(),
      jumpTo: place => window.jumpTo(place),
    };
  }
}
