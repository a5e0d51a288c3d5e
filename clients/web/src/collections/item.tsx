import type { Message, MessageView, ShownAttachment } from '@chat-functions/client';
import type { CollectionItem } from '@chat-functions/client/collections';
import { usePhoto } from '@chat-functions/react/media';
import { FileQuestion, Link, MessageSquare } from 'lucide-react';
import { lineOf } from '../format.ts';

/** What an item is called in one line. */
export const nameOf = ({ message }: CollectionItem): string => (message ? lineOf(message) || 'a message' : 'Not there any more');

const photoOf = ({ itemId, message }: CollectionItem): ShownAttachment | undefined => {
  const mediaId = itemId.split('.')[1];
  const photos = message?.attachments?.filter(({ kind }) => kind === 'image');
  return photos?.find(one => one.mediaId === mediaId) ?? photos?.[0];
};

/** A small picture of it; decoration beside its name. */
export function ItemPicture({ item }: { readonly item: CollectionItem }) {
  const { message } = item;
  const photo = photoOf(item);
  const Icon = !message ? FileQuestion : message.linkPreview ? Link : MessageSquare;
  return (
    <span className="picture" aria-hidden="true">
      {message && photo ? <Small message={message} photo={photo} /> : <Icon />}
    </span>
  );
}

function Small({ message, photo }: { readonly message: Message; readonly photo: ShownAttachment }) {
  const view: MessageView = { ...message, key: message.messageId, isMine: false, state: 'sent' };
  const { url } = usePhoto(view, photo, '320');
  return url ? <img src={url} alt="" loading="lazy" /> : null;
}
