import type { ChatError, Loaded, MessageView, StickerPack } from '@chat-functions/client';
import {
  type Gif,
  sharingOf,
  type SharedKind,
  type SharedList,
  type SharedState,
  type Sharing,
  type ShownCard,
  type ShownStreak,
} from '@chat-functions/client/sharing';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useObservable } from './hooks.js';
import { useChat } from './provider.js';

/** What users share beside texts and photos. It is the same object for the same chat. */
export function useSharing(): Sharing {
  return sharingOf(useChat());
}

/** The packs of stickers that the host app has, asked for while the component is mounted. */
export function useStickerPacks(): Loaded<readonly StickerPack[]> {
  return useObservable(useSharing().stickerPacks);
}

/** What the user may see now of a message's card, from 0, kept up to date while the component is mounted. */
export function useCard(message: MessageView, index: number): ShownCard {
  const sharing = useSharing();
  const { conversationId, messageId } = message;
  const card = message.cards?.[index];
  return useObservable(
    // A reaction changes the message, and no card of it.
    useMemo(() => sharing.card(message, index), [sharing, conversationId, messageId, index, card?.id, card?.gone]),
  );
}

/** What was shared in a conversation, and how to get older ones. */
export interface SharedMessages extends SharedState {
  readonly loadMore: SharedList['loadMore'];
}

/** The messages that share something of a kind, the newest first, kept up to date while the component is mounted. */
export function useShared(conversationId: string, kind: SharedKind): SharedMessages {
  const list = useSharing().shared(conversationId, kind);
  const state = useObservable(list);
  return useMemo(() => ({ ...state, loadMore: () => list.loadMore() }), [state, list]);
}

/** A direct conversation's days in a row on which both wrote, as they are now. */
export function useStreak(conversationId: string): ShownStreak {
  return useObservable(useSharing().streak(conversationId));
}

interface FoundGifs {
  /** `off` where the service has no GIFs. */
  readonly status: 'loading' | 'ready' | 'off' | 'failed';
  readonly gifs: readonly Gif[];
  readonly cursor?: string | undefined;
  readonly isLoading: boolean;
  /** Why the latest question failed. */
  readonly error?: ChatError | undefined;
}

/** GIFs that were found so far, and how to get more of them. */
export interface Gifs extends Omit<FoundGifs, 'cursor'> {
  readonly hasMore: boolean;
  readonly loadMore: () => void;
}

/** How long words have to stay as they are before they are searched for, in ms. */
const pause = 300;

/**
 * GIFs for these words, or those that many like now. While other words are searched for it still has what was found before, and what isn't
 * waited for any more is aborted.
 */
export function useGifs(words: string): Gifs {
  const sharing = useSharing();
  const wanted = words.trim();
  const [found, setFound] = useState<FoundGifs>({ status: 'loading', gifs: [], isLoading: true });
  const abort = useRef<AbortController>(undefined);

  const ask = async (cursor?: string) => {
    const { signal } = abort.current!;
    try {
      const page = await sharing.searchGifs(wanted, { cursor, signal });
      if (signal.aborted) return;
      setFound(({ gifs: before }) => {
        const known = new Set(cursor && before.map(({ id }) => id));
        const gifs = [...(cursor ? before : []), ...page.gifs.filter(({ id }) => !known.has(id))];
        return { status: 'ready', gifs, cursor: page.cursor, isLoading: false };
      });
    } catch (cause) {
      if (signal.aborted) return;
      const error = cause as ChatError;
      const status = error.code === 'gifs_disabled' ? 'off' : 'failed';
      setFound(before => (cursor ? { ...before, isLoading: false, error } : { status, gifs: [], isLoading: false, error }));
    }
  };

  useEffect(() => {
    abort.current = new AbortController();
    setFound(before => ({ ...before, isLoading: true, error: undefined }));
    const timer = setTimeout(() => void ask(), wanted ? pause : 0);
    return () => {
      clearTimeout(timer);
      abort.current!.abort();
    };
  }, [sharing, wanted]);

  const { cursor, ...shown } = found;
  const loadMore = () => {
    if (found.isLoading || !cursor) return;
    setFound({ ...found, isLoading: true, error: undefined });
    void ask(cursor);
  };
  return { ...shown, hasMore: cursor !== undefined, loadMore };
}
