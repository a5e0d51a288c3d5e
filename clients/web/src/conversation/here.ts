import type { Conversation, ConversationDetails, ConversationView, Request } from '@chat-functions/client';
import { useChat, useConversation, useObservable, useRequests } from '@chat-functions/react';
import { createContext, useContext, useMemo } from 'react';
import { useMe, useTitle } from '../names.ts';

type Asking = Pick<Request, 'conversationId' | 'kind' | 'from' | 'title' | 'isRestricted'>;

/** The conversation on the screen, and what the user may do in it. */
export interface Here {
  readonly conversation: Conversation;
  readonly conversationId: string;
  readonly summary: ConversationView | undefined;
  readonly details: ConversationDetails | undefined;
  readonly title: string;
  readonly me: string;
  readonly isGroup: boolean;
  readonly isChannel: boolean;
  /** Whether these are the comments on a channel's post. */
  readonly isComments?: boolean;
  /** False for a channel's followers. */
  readonly mayWrite: boolean;
  /** The other one of a direct conversation. */
  readonly peer: string | undefined;
  readonly isOwner: boolean;
  /** The owner is one, too. */
  readonly isAdmin: boolean;
  readonly isBlocked: boolean;
  /** What waits for the user's answer. */
  readonly request: Asking | undefined;
}

const HereContext = createContext<Here | undefined>(undefined);
export const HereProvider = HereContext.Provider;

export function useHere(): Here {
  return useContext(HereContext)!;
}

export function useHereOf(conversationId: string): Here {
  const chat = useChat();
  const conversation = useConversation(conversationId);
  const summary = useObservable(conversation.summary);
  const details = useObservable(conversation.details).value;
  const blocks = useObservable(chat.blocks).value;
  const me = useMe();
  const listed = useRequests().value.find(one => one.conversationId === conversationId);
  // One that has a hidden word isn't listed.
  const by = summary ? undefined : details?.request?.by;
  const request = useMemo(
    (): Asking | undefined =>
      listed ?? (by && by !== me ? { conversationId, kind: 'direct', from: { userId: by, version: 0 }, title: null } : undefined),
    [listed, by, me, conversationId],
  );
  const kind = summary?.kind ?? details?.kind ?? request?.kind;
  const peer =
    summary?.peer ??
    (kind === 'direct' ? (details?.members.find(member => member.userId !== me)?.userId ?? request?.from.userId) : undefined);
  const title = useTitle({ conversationId, peer, title: details?.title ?? summary?.title ?? request?.title ?? null });
  const role = details?.members.find(member => member.userId === me)?.role;
  const isBlocked = peer !== undefined && blocks.includes(peer);
  return useMemo(
    () => ({
      conversation,
      conversationId,
      summary,
      details,
      title,
      me,
      isGroup: kind === 'group',
      isChannel: kind === 'channel',
      mayWrite: kind !== 'channel' || summary !== undefined,
      peer,
      isOwner: role === 'owner',
      isAdmin: role === 'owner' || role === 'admin',
      isBlocked,
      request,
    }),
    [conversation, conversationId, summary, details, title, me, kind, peer, role, isBlocked, request],
  );
}
