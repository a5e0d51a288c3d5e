import type { NewMessage } from '@chat-functions/client';
import { MapPin, Sticker } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { MenuItem } from '../ui/menu.tsx';

const PlaceDialog = lazy(() => import('./place-dialog.tsx'));
const StickerDialog = lazy(() => import('./sticker-dialog.tsx'));

export type Sharable = 'place' | 'sticker';

export interface ShareDialogProps {
  /** What the message answers, or whose thread it belongs to. */
  readonly more: Pick<NewMessage, 'replyTo' | 'threadId'>;
  readonly onSent: () => void;
  readonly onClose: () => void;
}

/** What else can be sent, for the composer's menu. */
export const shareItems = (open: (what: Sharable) => void): readonly MenuItem[] => [
  { label: 'Sticker', icon: Sticker, onSelect: () => open('sticker') },
  { label: 'Share your place', icon: MapPin, onSelect: () => open('place') },
];

export function ShareDialog({ what, ...props }: ShareDialogProps & { readonly what: Sharable }) {
  return <Suspense>{what === 'place' ? <PlaceDialog {...props} /> : <StickerDialog {...props} />}</Suspense>;
}
