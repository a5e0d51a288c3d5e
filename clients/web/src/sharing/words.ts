import type { Card, ConversationSummary, NewMessage } from '@chat-functions/client';

/** The type of cards that are shown as nothing but their picture. */
export const gifType = 'gif';

/** What the type of a card is called. Host apps have types of their own. */
export const typeName = (type: string) =>
  type === gifType ? 'GIF' : type.charAt(0).toUpperCase() + type.slice(1).replaceAll('-', ' ');

type Shares = Pick<NewMessage, 'location' | 'sticker'> & { readonly cards?: readonly Pick<Card, 'type'>[] };

/** What a message without a text shares, in a word. A card's title isn't for everybody: its type is. */
export function sharedWord({ cards, location, sticker }: Shares): string | undefined {
  if (cards?.length) return typeName(cards[0]!.type);
  if (location) return 'Place';
  return sticker ? 'Sticker' : undefined;
}

type LastMessage = Pick<NonNullable<ConversationSummary['lastMessage']>, 'attachment' | 'card'>;

/** The same of the newest message, as the list has it. */
export function lastWord({ attachment, card }: LastMessage): string | undefined {
  if (attachment === 'location') return 'Place';
  if (attachment === 'sticker') return 'Sticker';
  if (attachment) return { image: 'Photo', video: 'Video', voice: 'Voice message', file: 'File' }[attachment];
  return card && typeName(card);
}
