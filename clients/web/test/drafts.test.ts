import { expect, test } from 'vitest';
import { forgetDrafts, keepDraft, keptDraft } from '../src/conversation/drafts.ts';

test('Who signs out leaves no draft, and others’ stay', () => {
  keepDraft('alice', 'c', 'half a sen');
  keepDraft('alice', 'd', 'another');
  keepDraft('bob', 'c', 'mine');
  forgetDrafts('alice');
  expect(['c', 'd'].map(id => keptDraft('alice', id))).toEqual([undefined, undefined]);
  expect(keptDraft('bob', 'c')).toBe('mine');
  forgetDrafts('bob');
});
