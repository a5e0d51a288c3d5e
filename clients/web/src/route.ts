import { useSyncExternalStore } from 'react';

/** Where the user is; in the address's fragment, so that the browser's back button and a reload do what people expect. */
export type Route =
  | { readonly view: 'list' | 'archived' | 'requests' | 'channels' | 'settings' }
  | { readonly view: 'conversation' | 'details' | 'channel'; readonly conversationId: string }
  | { readonly view: 'thread' | 'comments'; readonly conversationId: string; readonly messageId: string }
  | { readonly view: 'join'; readonly code: string };

export const to = {
  list: '#/',
  archived: '#/archived',
  requests: '#/requests',
  channels: '#/channels',
  settings: '#/settings',
  conversation: (id: string) => `#/c/${encodeURIComponent(id)}`,
  details: (id: string) => `#/c/${encodeURIComponent(id)}/details`,
  thread: (id: string, messageId: string) => `#/c/${encodeURIComponent(id)}/thread/${encodeURIComponent(messageId)}`,
  channel: (id: string) => `#/channel/${encodeURIComponent(id)}`,
  comments: (id: string, messageId: string) => `#/channel/${encodeURIComponent(id)}/comments/${encodeURIComponent(messageId)}`,
  join: (code: string) => `#/join/${encodeURIComponent(code)}`,
};

export function parse(hash: string): Route {
  const [first, id, what, messageId] = hash.replace(/^#\/?/, '').split('/').map(decode);
  if (first === 'archived' || first === 'requests' || first === 'channels' || first === 'settings') return { view: first };
  if (first === 'join' && id) return { view: 'join', code: id };
  if (first === 'channel' && id && what === 'comments' && messageId) return { view: 'comments', conversationId: id, messageId };
  if (first === 'channel' && id) return { view: 'channel', conversationId: id };
  if (first !== 'c' || !id) return { view: 'list' };
  if (what === 'details') return { view: 'details', conversationId: id };
  if (what === 'thread' && messageId) return { view: 'thread', conversationId: id, messageId };
  return { view: 'conversation', conversationId: id };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export function go(hash: string): void {
  location.hash = hash;
}

/** Goes there instead of here, so that going back doesn't come here again. */
export function replace(hash: string): void {
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

let known: { readonly hash: string; readonly route: Route } | undefined;

function current(): Route {
  const { hash } = location;
  if (known?.hash !== hash) known = { hash, route: parse(hash) };
  return known.route;
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
