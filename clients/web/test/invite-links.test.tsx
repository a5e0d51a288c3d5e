import { ChatError, type InviteLink } from '@chat-functions/client';
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { channelsOf } from '../../react/test/fake-channels.ts';
import { fakeChat, summaryOf } from '../../react/test/fake-chat.ts';
import { show } from './page.tsx';

const linkOf = (linkId: string, uses: number) => ({ linkId, uses, createdAt: '', createdBy: 'alice' }) as unknown as InviteLink;

/** The settings of Alice's private channel. */
async function open(answers: (() => Promise<readonly InviteLink[]>)[]) {
  const chat = fakeChat();
  const { conversation } = channelsOf(chat).channel('news');
  const members = [{ userId: 'alice', role: 'owner', state: 'active' }];
  conversation.summary.set(summaryOf('news', { kind: 'channel', title: 'News', peer: undefined }));
  conversation.details.set({
    status: 'ready',
    value: { kind: 'channel', title: 'News', followerCount: 1, visibility: 'private', members } as never,
  });
  const last = answers.at(-1)!;
  conversation.inviteLinks.mockImplementation(() => (answers.shift() ?? last)());
  show(chat, '#/channel/news');
  await userEvent.click((await screen.findAllByRole('button', { name: 'More' }))[0]!);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Members and settings' }));
  await screen.findByRole('button', { name: 'New link' });
  return conversation;
}

test('why the links couldn’t be shown goes once they are', async () => {
  const refused = () => Promise.reject(new ChatError({ code: 'not_allowed', title: 'Not now.', status: 403 }));
  const conversation = await open([refused, refused, async () => [linkOf('a', 3)]]);
  await screen.findByText('Not now.');
  conversation.createInviteLink.mockResolvedValue({ ...linkOf('a', 0), code: 'abc' });
  await userEvent.click(screen.getByRole('button', { name: 'New link' }));
  await userEvent.click(screen.getByRole('button', { name: 'Make it' }));
  await screen.findByText(/3 uses/);
  expect(screen.queryByText('Not now.')).toBeNull();
});

test('a link that was deleted doesn’t come back by an answer from before', async () => {
  let late = (_: readonly InviteLink[]) => {};
  const slow = () => new Promise<readonly InviteLink[]>(resolve => (late = resolve));
  const conversation = await open([async () => [linkOf('a', 1), linkOf('b', 2)]]);
  await screen.findByText(/1 use\b/);
  conversation.inviteLinks.mockImplementationOnce(slow).mockImplementation(async () => [linkOf('b', 2)]);
  await userEvent.click(screen.getAllByRole('button', { name: 'Delete the link' })[0]!);
  await userEvent.click(screen.getAllByRole('button', { name: 'Delete the link' })[0]!);
  await waitFor(() => expect(screen.queryByText(/1 use\b/)).toBeNull());
  await act(async () => late([linkOf('a', 1), linkOf('b', 2)]));
  expect(screen.queryByText(/1 use\b/)).toBeNull();
});

test('says where a new link can’t be copied', async () => {
  const conversation = await open([async () => []]);
  conversation.createInviteLink.mockResolvedValue({ ...linkOf('a', 0), code: 'abc' });
  await userEvent.click(screen.getByRole('button', { name: 'New link' }));
  await userEvent.click(screen.getByRole('button', { name: 'Make it' }));
  const copy = await screen.findByRole('button', { name: 'Copy the link' });
  vi.stubGlobal('navigator', Object.create(navigator, { clipboard: { value: undefined } }));
  await userEvent.click(copy);
  await screen.findByText('It couldn’t be copied. Select it, and copy it yourself.');
  vi.unstubAllGlobals();
});
