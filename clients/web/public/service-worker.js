// The page opens without a network: its shell is kept, nothing of what people say. What was said comes from the client's own store.
const shell = 'shell';

self.addEventListener('install', event => {
  event.waitUntil(
    caches
      .open(shell)
      .then(cache => cache.addAll(['./', 'manifest.webmanifest', 'icon.svg']))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', event => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const scope = new URL(self.registration.scope).pathname;
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate' && pathname === scope) event.respondWith(newest(request, './'));
  else if (pathname.startsWith(`${scope}assets/`)) event.respondWith(kept(request));
});

/** From the network, or as it was the last time. */
async function newest(request, name) {
  const cache = await caches.open(shell);
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put(name, answer.clone());
      await forgetOldParts(cache, await answer.clone().text());
    }
    return answer;
  } catch {
    return (await cache.match(name)) ?? Response.error();
  }
}

/** A part's name has its content's hash, so that it never changes. */
async function kept(request) {
  const cache = await caches.open(shell);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** A new page has new parts: those of the one before go once it doesn't name its entry any more. */
async function forgetOldParts(cache, page) {
  const parts = (await cache.keys()).filter(({ url }) => new URL(url).pathname.includes('/assets/'));
  const entry = parts.find(({ url }) => /\/index-[^/]*\.js$/.test(url));
  if (entry && !page.includes(new URL(entry.url).pathname.split('/').at(-1))) await Promise.all(parts.map(part => cache.delete(part)));
}

self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil(opened(event.notification.data));
});

/** Brings the user to a page that is open, or to a new one, and there to what they were notified of. */
async function opened(told) {
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (!page) return self.clients.openWindow(new URL(told.hash, self.registration.scope));
  page.postMessage(told);
  return page.focus();
}
