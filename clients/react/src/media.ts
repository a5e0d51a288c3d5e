import type { MessageView, ShownAttachment } from '@chat-functions/client';
import { mediaOf, type Media, type PhotoAddress, type PhotoVariant } from '@chat-functions/client/media';
import { useMemo } from 'react';
import { useObservable } from './hooks.js';
import { useChat } from './provider.js';

/** What can be done with photos: `prepare`, `send`, `upload`. It is the same object for the same chat. */
export function useMedia(): Media {
  return mediaOf(useChat());
}

/** Where a message's photo can be seen, kept good while the component is mounted. `variant` is the most that its longer side has. */
export function usePhoto(message: MessageView, attachment: ShownAttachment, variant: PhotoVariant): PhotoAddress {
  const media = useMedia();
  const { conversationId, messageId } = message;
  const { mediaId, state } = attachment;
  return useObservable(
    // A file that is kept is read anew with each change, and is the same.
    useMemo(() => media.photo(message, attachment, variant), [media, conversationId, messageId, mediaId, state, variant]),
  );
}

/** How far the upload of a photo is, from 0 to 1; undefined where this tab doesn't upload it. */
export function useUploadProgress(attachment: ShownAttachment): number | undefined {
  const media = useMedia();
  const { mediaId } = attachment;
  return useObservable(useMemo(() => media.progress(attachment), [media, mediaId]));
}
