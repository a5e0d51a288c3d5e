import { expect, test } from 'vitest';
import { messageOf } from '../../react/test/fake-chat.ts';
import { rowsOf } from '../src/conversation/rows.ts';

const at = (time: string) => ({ at: new Date(`2026-01-31T${time}`).toISOString() });
const now = new Date('2026-02-01T12:00:00');

test('groups what one sender says in one go, and begins anew with another, after a pause and on another day', () => {
  const rows = rowsOf(
    [
      messageOf(1, 'bob', 'One', at('09:00:00')),
      messageOf(2, 'bob', 'Two', at('09:01:00')),
      messageOf(3, 'carol', 'Three', at('09:02:00')),
      messageOf(4, 'carol', 'Four', at('09:30:00')),
      messageOf(5, 'carol', 'Five', { at: new Date('2026-02-01T09:30:00').toISOString() }),
    ],
    undefined,
    now,
  );
  expect(rows.map(row => [row.isFirst, row.isLast])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
    [true, true],
  ]);
  expect(rows.map(row => row.day)).toEqual(['Yesterday', undefined, undefined, undefined, 'Today']);
});

test('draws the unread line once, above the first of others', () => {
  const rows = rowsOf(
    [messageOf(1, 'bob', 'Old'), messageOf(2, 'alice', 'Mine'), messageOf(3, 'bob', 'New'), messageOf(4, 'bob', 'Newer')],
    2,
    now,
  );
  expect(rows.map(row => row.isFirstUnread)).toEqual([false, false, true, false]);
  expect(rows[2]!.isFirst).toBe(true);
});

test('leaves what was refused where it was written, and what is to be sent at the end', () => {
  const unsent = { seq: undefined, messageId: undefined };
  const rows = rowsOf(
    [
      messageOf(1, 'bob', 'Before', at('09:00:00')),
      messageOf(2, 'bob', 'After', at('09:10:00')),
      messageOf(8, 'alice', 'Refused', { ...unsent, ...at('09:05:00'), state: 'failed' }),
      messageOf(9, 'alice', 'Waits', { ...unsent, ...at('09:06:00'), state: 'queued' }),
    ],
    undefined,
    now,
  );
  expect(rows.map(row => row.message.text)).toEqual(['Before', 'Refused', 'After', 'Waits']);
});
