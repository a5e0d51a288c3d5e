import type { MessageView } from '@chat-functions/client';
import { lazy, Suspense, type ReactNode } from 'react';
import { Boundary } from '../ui/boundary.tsx';
import { PlaceView } from './place.tsx';
import { gifType } from './words.ts';

const Cards = lazy(() => import('./cards.tsx'));
const StickerView = lazy(() => import('./sticker.tsx'));
const Preview = lazy(() => import('./link-preview.tsx'));

interface SharedProps {
  readonly message: MessageView;
  readonly isTabStop: boolean;
}

/** What a message shares above its text. Each has its room from the start, so that nothing moves when it comes. */
export function Shared({ message, isTabStop }: SharedProps) {
  const { cards, location, sticker } = message;
  if (location) return <PlaceView place={location} isTabStop={isTabStop} />;
  if (sticker) {
    return (
      <Part size={2}>
        <StickerView sticker={sticker} />
      </Part>
    );
  }
  return cards ? (
    <Part size={cards.reduce((size, { type }) => size + (type === gifType ? 2.5 : 1), 0)}>
      <Cards message={message} isTabStop={isTabStop} />
    </Part>
  ) : null;
}

/** What the page says that a text leads to, below it. One that an edit took out of the text goes at once. */
export function LinkPreview({ message, isTabStop }: SharedProps) {
  const { linkPreview, text } = message;
  if (!linkPreview || !text.includes(linkPreview.url)) return null;
  return (
    <Part size={1}>
      <Preview message={message} preview={linkPreview} isTabStop={isTabStop} />
    </Part>
  );
}

function Part({ size, children }: { readonly size: number; readonly children: ReactNode }) {
  return (
    <Boundary fallback={<p className="shared-gone">This can’t be shown now.</p>}>
      <Suspense fallback={<div className="shared-room" style={{ '--size': size } as React.CSSProperties} />}>{children}</Suspense>
    </Boundary>
  );
}
