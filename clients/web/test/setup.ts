import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';

vi.mock('@chat-functions/client/channels', () => import('../../react/test/fake-channels.ts'));
vi.mock('@chat-functions/client/collections', () => import('../../react/test/fake-collections.ts'));

// Parts are loaded when they are needed, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 20_000 });

// What jsdom doesn't have.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};
globalThis.IntersectionObserver ??= class {
  observe() {}
  disconnect() {}
} as unknown as typeof IntersectionObserver;
globalThis.matchMedia ??= (() => ({ matches: false })) as unknown as typeof matchMedia;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  location.hash = '';
});
afterEach(cleanup);
