import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/controls.css';
import './styles/overlays.css';
import './styles/list.css';
import './styles/conversation.css';
import './styles/message.css';
import './styles/poll.css';
import './styles/details.css';

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// The shell opens without a network; what was said comes from the client's own store.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('service-worker.js').catch(() => {});
