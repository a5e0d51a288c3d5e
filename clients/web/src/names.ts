import type { ConversationSummary, Observable, Profile } from '@chat-functions/client';
import { useChat, useConnection, useObservable } from '@chat-functions/react';
import { useMemo } from 'react';

/** Who the user is. */
export function useMe(): string {
  return useConnection().userId ?? '';
}

const nobody: Observable<Profile | undefined> = { getSnapshot: () => undefined, subscribe: () => () => {} };

/** What a user is called: as the host app says, or by their id. */
export function nameOf(userId: string, profile: Profile | undefined): string {
  return profile?.isErased ? 'Deleted account' : (profile?.displayName ?? userId);
}

/** What a user is called now. */
export function useName(userId: string, conversationId?: string): string {
  const chat = useChat();
  const profile = useMemo(() => (userId ? chat.profile(userId, conversationId) : nobody), [chat, userId, conversationId]);
  return nameOf(userId, useObservable(profile));
}

/** What users are called, by their ids. */
export function useNames(userIds: readonly string[], conversationId?: string): ReadonlyMap<string, string> {
  const chat = useChat();
  const key = userIds.join();
  return useObservable(
    useMemo((): Observable<ReadonlyMap<string, string>> => {
      const ids = key ? key.split(',') : [];
      const profiles = ids.map(id => chat.profile(id, conversationId));
      let seen: readonly unknown[] | undefined;
      let names: ReadonlyMap<string, string> = new Map();
      return {
        subscribe(changed) {
          const ends = profiles.map(profile => profile.subscribe(changed));
          return () => ends.forEach(end => end());
        },
        getSnapshot() {
          const now = profiles.map(profile => profile.getSnapshot());
          if (!seen || now.some((profile, index) => profile !== seen![index])) {
            seen = now;
            names = new Map(ids.map((id, index) => [id, nameOf(id, now[index])]));
          }
          return names;
        },
      };
    }, [chat, key, conversationId]),
  );
}

/** What a conversation is called: the other's name, or the group's title. */
export function useTitle(summary: Pick<ConversationSummary, 'conversationId' | 'peer' | 'title'> | undefined): string {
  const name = useName(summary?.peer ?? '', summary?.conversationId);
  return summary?.peer ? name : (summary?.title ?? 'Conversation');
}
