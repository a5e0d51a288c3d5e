import { act, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { expect, test, vi } from 'vitest';
import { ChatProvider } from '../src/index.js';
import { usePhoto, useUploadProgress } from '../src/media.js';
import { fakeChat, messageOf, valueOf } from './fake-chat.js';

const media = vi.hoisted(() => ({ photo: vi.fn(), progress: vi.fn() }));
vi.mock('@chat-functions/client/media', () => ({ mediaOf: () => media }));

const photo = { mediaId: 'p', kind: 'image', state: 'ready', contentType: 'image/webp', bytes: 1 } as const;

test('A photo’s address and upload are followed while they are shown', () => {
  const address = valueOf<object>({ status: 'loading' });
  const progress = valueOf<number | undefined>(undefined);
  media.photo.mockReturnValue(address);
  media.progress.mockReturnValue(progress);
  const message = messageOf(1, 'bob', '', { attachments: [photo] });
  function Shown() {
    const { url, status } = usePhoto(message, photo, '320');
    return <p>{`${url ?? status} ${useUploadProgress(photo) ?? ''}`}</p>;
  }
  const { container, unmount } = render(
    <StrictMode>
      <ChatProvider chat={fakeChat()}>
        <Shown />
      </ChatProvider>
    </StrictMode>,
  );
  expect(container.textContent).toBe('loading ');
  act(() => {
    address.set({ status: 'ready', url: 'https://blobs/p' });
    progress.set(0.5);
  });
  expect(container.textContent).toBe('https://blobs/p 0.5');
  expect(media.photo).toHaveBeenCalledWith(message, photo, '320');
  unmount();
  expect([address.subscribers, progress.subscribers]).toEqual([0, 0]);
});
