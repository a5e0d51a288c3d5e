import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Boundary } from './ui/boundary.tsx';
import './styles/base.css';
import './styles/controls.css';
import './styles/overlays.css';
import './styles/list.css';
import './styles/conversation.css';
import './styles/message.css';
import './styles/poll.css';
import './styles/photos.css';
import './styles/voice.css';
import './styles/files.css';
import './styles/sharing.css';
import './styles/gallery.css';
import './styles/details.css';
import './styles/channels.css';

/** In place of a page that failed as a whole. */
function Broken() {
  return (
    <main className="empty">
      <p>Something went wrong.</p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        Load the page anew
      </button>
    </main>
  );
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <Boundary fallback={<Broken />}>
      <App />
    </Boundary>
  </StrictMode>,
);

// The shell opens without a network; what was said comes from the client's own store.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('service-worker.js').catch(() => {});
