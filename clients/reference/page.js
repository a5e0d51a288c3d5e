// Shows one of the API's two documents by Redoc, which npm fetches: without it the documents are there all the same.
const place = document.getElementById('reference');
const name = location.pathname.endsWith('/events') ? 'asyncapi.yaml' : 'openapi.yaml';
for (const link of document.querySelectorAll('nav a')) if (link.pathname === location.pathname) link.ariaCurrent = 'page';

try {
  const { init } = await import('./redoc.standalone.js');
  place.replaceChildren();
  init(new URL(name, document.baseURI).href, { router: 'hash', disableTelemetry: true, showPageActions: false }, place);
} catch {
  place.textContent = 'Redoc isn’t built in: install Node.js 20 or newer and build again. The documents above are all that it would show.';
}
