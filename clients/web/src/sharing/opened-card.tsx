import type { Card } from '@chat-functions/client';
import { Dialog } from '../ui/dialog.tsx';
import { typeName } from './words.ts';

interface OpenedCardProps {
  readonly card: Card;
  readonly onClose: () => void;
}

/** What a card leads to. This page has no things of its own and says which one it is: a host app goes to it here. */
export function OpenedCard({ card: { type, id, title, subtitle }, onClose }: OpenedCardProps) {
  return (
    <Dialog title={title ?? typeName(type)} onClose={onClose}>
      {subtitle && <p dir="auto">{subtitle}</p>}
      <dl className="opened-card">
        <dt>Type</dt>
        <dd>{type}</dd>
        <dt>Id</dt>
        <dd>{id}</dd>
      </dl>
      <p className="quiet">The host app shows it from here.</p>
    </Dialog>
  );
}
