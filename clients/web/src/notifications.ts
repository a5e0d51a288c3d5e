import type { ChatEventOf } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { useEffect } from 'react';
import { followedOf, isChannel } from './channels/follows.ts';
import { lineOf } from './format.ts';
import { nameOf, useMe } from './names.ts';
import { go, to } from './route.ts';

/** What notifications say of a message: nothing at all, that there is one, or the message. */
export type Notifying = 'off' | 'discreet' | 'all';

const keyOf = (user: string) => `notifications:${user}`;

export const canNotify = 'Notification' in globalThis;

export function notifying(user: string): Notifying {
  if (!canNotify || Notification.permission !== 'granted') return 'off';
  const kept = localStorage.getItem(keyOf(user));
  return kept === 'all' || kept === 'discreet' ? kept : 'off';
}

/** Asks the user's browser for it where that hasn't answered yet. */
export async function chooseNotifying(user: string, choice: Notifying): Promise<void> {
  localStorage.setItem(keyOf(user), choice);
  if (choice !== 'off') await Notification.requestPermission();
}

/** Notifies of what arrives while no window of the user is looked at; one of them does so for all. */
export function useNotifications(): void {
  const chat = useChat();
  const me = useMe();
  useLookedAt(me);
  useEffect(() => {
    const shown = new Map<string, Notification>();
    const show = async (hash: string, title: string, text: string) => {
      const kind = notifying(me);
      if (kind === 'off' || !chat.connection.getSnapshot().isLeader || (await isLookedAt(me))) return;
      const options = { body: kind === 'all' ? text : '', tag: `${me} ${hash}`, icon: 'icon.svg', data: { hash, user: me } };
      try {
        const notification = new Notification(title, options);
        notification.onclick = () => {
          focus();
          go(hash);
          notification.close();
        };
        shown.set(hash, notification);
      } catch {
        // On a phone only the service worker may.
        await (await navigator.serviceWorker?.getRegistration())?.showNotification(title, options);
      }
    };
    const placeOf = (id: string) => (isChannel(chat, id) ? to.channel(id) : to.conversation(id));
    const nameIn = (conversationId: string, userId: string) => nameOf(userId, chat.profile(userId, conversationId).getSnapshot());

    const said = ({ conversationId, data }: ChatEventOf<'message.created'>) => {
      const { senderId, held, expiresAt } = data;
      const silent = [...chat.blocks.getSnapshot().value, ...chat.mutes.getSnapshot().value, me];
      const conversation = chat.conversation(conversationId).summary.getSnapshot();
      const followed = followedOf(chat, conversationId);
      const isSilent = conversation?.isMuted || followed?.isMuted || followed?.subscription.notify === 'none';
      if (silent.includes(senderId) || isSilent || held) return;
      const name = nameIn(conversationId, senderId);
      const place = conversation?.kind === 'direct' ? undefined : (conversation ?? followed)?.title;
      const title = place ? `${name} in ${place}` : name;
      void show(placeOf(conversationId), title, expiresAt ? 'A message that disappears' : lineOf(data));
    };
    const asked = ({ conversationId, data: { by } }: ChatEventOf<'request.received'>) =>
      void show(to.requests, nameIn(conversationId, by), 'Asks to write to you, or invites you.');
    const read = ({ conversationId, data }: ChatEventOf<'unread.updated'>) => {
      if (!data.unreadCount) shown.get(placeOf(conversationId))?.close();
    };
    const opened = ({ data }: MessageEvent<{ readonly hash?: string; readonly user?: string }>) => {
      if (data.hash && data.user === me) go(data.hash);
    };
    navigator.serviceWorker?.addEventListener('message', opened);
    const ends = [chat.on('message.created', said), chat.on('request.received', asked), chat.on('unread.updated', read)];
    return () => {
      navigator.serviceWorker?.removeEventListener('message', opened);
      ends.forEach(end => end());
    };
  }, [chat, me]);
}

const lockOf = (user: string) => `looked at by ${user}`;

/** Whether the user looks at any of their windows: each holds a lock while it is so. Without locks it is about this window alone. */
async function isLookedAt(user: string): Promise<boolean> {
  if (!navigator.locks) return document.hasFocus();
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lockOf(user));
}

function useLookedAt(user: string): void {
  useEffect(() => {
    let release: (() => void) | undefined;
    const end = () => {
      release?.();
      release = undefined;
    };
    const look = () => {
      if (!document.hasFocus() || document.visibilityState !== 'visible') return end();
      if (release || !navigator.locks) return;
      const held = new Promise<void>(resolve => (release = resolve));
      void navigator.locks.request(lockOf(user), { mode: 'shared' }, () => held);
    };
    const events = ['focus', 'blur', 'visibilitychange'];
    for (const name of events) {
      addEventListener(name, look);
      document.addEventListener(name, look);
    }
    look();
    return () => {
      for (const name of events) {
        removeEventListener(name, look);
        document.removeEventListener(name, look);
      }
      end();
    };
  }, [user]);
}
