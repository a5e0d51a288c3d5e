import { cleanup, configure } from '@testing-library/react';
import { createElement, type ReactNode } from 'react';
import { afterEach, beforeEach, vi } from 'vitest';

vi.mock('@chat-functions/client/channels', () => import('../../react/test/fake-channels.ts'));
vi.mock('@chat-functions/client/collections', () => import('../../react/test/fake-collections.ts'));
vi.mock('@chat-functions/client/sharing', async original => ({
  ...(await original<object>()),
  sharingOf: (await import('../../react/test/fake-sharing.ts')).sharingOf,
}));
// There is no layout here: all rows are rendered.
vi.mock('virtua', () => ({
  Virtualizer: ({ data, children }: { data: readonly unknown[]; children: (row: unknown, index: number) => ReactNode }) =>
    createElement('ol', {}, ...data.map((row, index) => createElement('li', {}, children(row, index)))),
}));

// Parts are loaded when they are needed, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 60_000 });

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
