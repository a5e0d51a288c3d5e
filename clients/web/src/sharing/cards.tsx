import type { Card, MessageView } from '@chat-functions/client';
import { useCard } from '@chat-functions/react/sharing';
import {
  CircleDashed,
  CircleSlash,
  Clapperboard,
  FolderOpen,
  Image,
  MapPin,
  Music,
  Radio,
  Shapes,
  ShoppingBag,
  User,
  type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import { OpenedCard } from './opened-card.tsx';
import { gifType, typeName } from './words.ts';

const icons: Readonly<Record<string, LucideIcon>> = {
  video: Clapperboard,
  photo: Image,
  profile: User,
  sound: Music,
  product: ShoppingBag,
  live: Radio,
  place: MapPin,
  story: CircleDashed,
  collection: FolderOpen,
  gif: Image,
};

export const iconOf = (type: string): LucideIcon => icons[type] ?? Shapes;

interface CardsProps {
  readonly message: MessageView;
  readonly isTabStop: boolean;
}

/** Things of the host app's that a message refers to. */
export default function Cards({ message, isTabStop }: CardsProps) {
  return (
    <ul className="cards">
      {message.cards!.map((card, index) => (
        <li key={`${card.type} ${card.id}`}>
          <CardView message={message} index={index} isTabStop={isTabStop} />
        </li>
      ))}
    </ul>
  );
}

interface CardViewProps extends CardsProps {
  readonly index: number;
}

export function CardView({ message, index, isTabStop }: CardViewProps) {
  const { status, card, reason, error } = useCard(message, index);
  const [isOpen, setOpen] = useState(false);
  const [broken, setBroken] = useState<string>();
  const isGif = message.cards![index]!.type === gifType;
  const type = typeName(message.cards![index]!.type);
  if (isGif && card?.thumbnailUrl?.startsWith('https://') && card.thumbnailUrl !== broken) {
    const { thumbnailUrl: url, title } = card;
    return <img className="gif" src={url} alt={title} loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(url)} />;
  }
  if (card) {
    return (
      <>
        <button type="button" className="card-view" tabIndex={isTabStop ? 0 : -1} onClick={() => setOpen(true)}>
          <Thumbnail card={card} />
          <span className="card-text">
            <b dir="auto">{card.title}</b>
            {card.subtitle && <span dir="auto">{card.subtitle}</span>}
            <small>{type}</small>
          </span>
        </button>
        {isOpen && <OpenedCard card={card} onClose={() => setOpen(false)} />}
      </>
    );
  }
  if (status === 'loading') {
    return (
      <div className={isGif ? 'gif' : 'card-view is-loading'} role="status" aria-label={`${type}, loading`}>
        {!isGif && <span className="card-picture" />}
      </div>
    );
  }
  const why = error
    ? 'can’t be shown now.'
    : reason === 'expired'
      ? 'isn’t there any more.'
      : reason === 'revoked'
        ? 'was taken down.'
        : 'isn’t available to you.';
  return (
    <p className="card-view is-gone">
      <span className="card-picture">
        <CircleSlash aria-hidden="true" />
      </span>
      <span className="card-text">{`${type}: this ${why}`}</span>
    </p>
  );
}

function Thumbnail({ card: { type, thumbnailUrl } }: { readonly card: Card }) {
  const [broken, setBroken] = useState<string>();
  const Icon = iconOf(type);
  const isShown = thumbnailUrl?.startsWith('https://') && broken !== thumbnailUrl;
  return (
    <span className="card-picture">
      {isShown ? (
        <img src={thumbnailUrl} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(thumbnailUrl)} />
      ) : (
        <Icon aria-hidden="true" />
      )}
    </span>
  );
}
