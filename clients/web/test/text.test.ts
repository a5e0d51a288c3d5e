import { ChatError } from '@chat-functions/client';
import { expect, test } from 'vitest';
import { candidates, mentionsIn, namesEveryone, queryAt } from '../src/conversation/mentions.ts';
import { isFewEmoji, segmentsOf } from '../src/conversation/text.tsx';
import { explain, isWorthRetrying, lastSeen, shortOf, spanOf } from '../src/format.ts';
import { parse, to } from '../src/route.ts';

const names = new Map([
  ['ann', 'Ann'],
  ['anna', 'Anna Berg'],
  ['bob', 'bob'],
]);

test('finds who is mentioned, by the longest name, at places in scalar values', () => {
  expect(mentionsIn('👋🏽 @Anna Berg and @Ann, not me@bob or @Annika', names)).toEqual([
    { userId: 'anna', offset: 3, length: 10 },
    { userId: 'ann', offset: 18, length: 4 },
  ]);
  expect(namesEveryone('Hi @everyone!')).toBe(true);
  expect(namesEveryone('Hi @everyones')).toBe(false);
});

test('knows what is typed after an @, and who fits', () => {
  expect(queryAt('Hi @an', 6)).toEqual({ query: 'an', from: 3 });
  expect(queryAt('me@an', 5)).toBeUndefined();
  expect(candidates('an', names)).toEqual(['ann', 'anna']);
  expect(candidates('berg', names)).toEqual(['anna']);
});

test('shows mentions by their places and links without what ends the sentence', () => {
  expect(segmentsOf('🎉 @Ann see (https://a.example/b_(c)?d=1).', [{ userId: 'ann', offset: 2, length: 4 }])).toEqual([
    { kind: 'text', text: '🎉 ' },
    { kind: 'mention', userId: 'ann', text: '@Ann' },
    { kind: 'text', text: ' see (' },
    { kind: 'link', text: 'https://a.example/b_(c)?d=1', href: 'https://a.example/b_(c)?d=1' },
    { kind: 'text', text: ').' },
  ]);
  expect(segmentsOf('javascript:alert(1)').map(one => one.kind)).toEqual(['text']);
});

test('tells a few emoji from a text', () => {
  expect(['🎉', '👩‍👩‍👧 👍🏽', '🇮🇹'].map(isFewEmoji)).toEqual([true, true, true]);
  expect(['1', 'ok 👍', '🎉🎉🎉🎉', ''].map(isFewEmoji)).toEqual([false, false, false, false]);
});

test('gives every detail of a refusal, and offers to repeat what may succeed', () => {
  const malformed = new ChatError({
    code: 'invalid_request' as never,
    title: 'The request is malformed.',
    status: 400,
    errors: [{ pointer: '/text', detail: 'has at most 4,000 characters.' }] as never,
  });
  expect(explain(malformed)).toBe('The request is malformed. text: has at most 4,000 characters.');
  expect(isWorthRetrying(malformed)).toBe(false);
  expect(isWorthRetrying(new ChatError({ code: 'cannot_message' as never, status: 403 }))).toBe(false);
  expect(isWorthRetrying(new ChatError({ code: 'rate_limited' as never, status: 429 }))).toBe(true);
  expect(isWorthRetrying(new ChatError({ code: 'expired' }))).toBe(true);
});

test('says when in as few words as it takes', () => {
  const now = new Date('2026-02-01T12:00:00');
  expect(shortOf(new Date('2026-01-31T23:59:00').toISOString(), now)).toBe('Yesterday');
  expect(lastSeen(new Date('2026-01-31T10:00:00').toISOString(), now)).toBe('last seen yesterday');
  expect([5, 60, 90, 3_600, 604_800].map(spanOf)).toEqual(['5 seconds', '1 minute', '90 seconds', '1 hour', '7 days']);
});

test('finds back what an address names', () => {
  expect(parse(to.thread('a/b', 'm#1'))).toEqual({ view: 'thread', conversationId: 'a/b', messageId: 'm#1' });
  expect(parse('#/c/x/details')).toEqual({ view: 'details', conversationId: 'x' });
  expect(parse('#/c/%E0')).toEqual({ view: 'list' });
  expect(parse('#/join/code')).toEqual({ view: 'join', code: 'code' });
});
