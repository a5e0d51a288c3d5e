import { cleanup, configure } from '@testing-library/react';
import { createElement, type ComponentType, type CSSProperties, type ReactNode } from 'react';
import { afterEach, beforeEach, vi } from 'vitest';

vi.mock('@chat-functions/client/channels', () => import('../../react/test/fake-channels.ts'));
vi.mock('@chat-functions/client/collections', () => import('../../react/test/fake-collections.ts'));
vi.mock('@chat-functions/client/sharing', async original => ({
  ...(await original<object>()),
  sharingOf: (await import('../../react/test/fake-sharing.ts')).sharingOf,
}));
interface VirtualizerProps {
  readonly as: string | ComponentType<{ style: CSSProperties; children?: ReactNode }>;
  readonly data: readonly unknown[];
  readonly children: (row: unknown, index: number) => ReactNode;
}
// There is no layout here: all rows are rendered, in a list that is as if it scrolled all the time.
vi.mock('virtua', () => ({
  Virtualizer: ({ as, data, children }: VirtualizerProps) =>
    createElement(as, { style: { pointerEvents: 'none' } }, ...data.map((row, index) => createElement('li', {}, children(row, index)))),
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
