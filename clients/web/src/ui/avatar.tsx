import { useProfile } from '@chat-functions/react';
import { Megaphone, Users } from 'lucide-react';
import { memo } from 'react';
import { nameOf } from '../names.ts';

const hues = 8;

function hueOf(text: string): number {
  let hash = 0;
  for (const one of text) hash = (hash * 31 + one.codePointAt(0)!) >>> 0;
  return hash % hues;
}

function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return (
    [words[0], words.length > 1 ? words.at(-1) : undefined]
      .map(word => (word ? [...word][0] : ''))
      .join('')
      .toUpperCase() || '?'
  );
}

interface AvatarProps {
  readonly name: string;
  /** What the colour goes by; the same for the same person. */
  readonly id: string;
  readonly url?: string;
  readonly isGroup?: boolean;
  readonly isChannel?: boolean;
  readonly isOnline?: boolean;
  readonly size?: 'small' | 'large';
}

/** A picture or initials; decoration beside a name. */
export const Avatar = memo(function Avatar({ name, id, url, isGroup, isChannel, isOnline, size }: AvatarProps) {
  return (
    <span className={`avatar hue-${hueOf(id)} ${size ?? ''}`} aria-hidden="true">
      {url ? (
        <img src={url} alt="" loading="lazy" referrerPolicy="no-referrer" />
      ) : isChannel ? (
        <Megaphone />
      ) : isGroup ? (
        <Users />
      ) : (
        initialsOf(name)
      )}
      {isOnline && <i className="dot" />}
    </span>
  );
});

/** The picture of a user. */
export function UserAvatar({
  userId,
  conversationId,
  ...rest
}: {
  userId: string;
  conversationId?: string;
  isOnline?: boolean;
  size?: 'small' | 'large';
}) {
  const profile = useProfile(userId, conversationId);
  return <Avatar id={userId} name={nameOf(userId, profile)} url={profile?.avatarUrl} {...rest} />;
}
