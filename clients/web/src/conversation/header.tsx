import { usePresence, useTyping } from '@chat-functions/react';
import { ArrowLeft, Info, MoreVertical } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { lastSeen, plural } from '../format.ts';
import { useArrangement } from '../list/arrangement.tsx';
import { useNames } from '../names.ts';
import { to } from '../route.ts';
import { Streak } from '../streaks/streak.tsx';
import { Avatar, UserAvatar } from '../ui/avatar.tsx';
import { IconButton, IconLink } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { useHere } from './here.ts';

export function Header({ back, isGone }: { readonly back: string; readonly isGone: boolean }) {
  const { conversationId, title, peer, summary, details, isGroup } = useHere();
  const heading = useRef<HTMLHeadingElement>(null);
  const online = usePresence(peer ? [peer] : [], undefined).get(peer ?? '')?.online;
  // On a phone, where the composer isn't focused, as the keyboard would cover half of what is to be read.
  useEffect(() => {
    if (matchMedia('(pointer: coarse)').matches) heading.current?.focus();
  }, []);
  return (
    <header className="pane-header conversation-header">
      <IconLink label="Back to the conversations" icon={ArrowLeft} href={back} className="back" />
      <a className="about" href={to.details(conversationId)} tabIndex={-1} aria-hidden="true">
        {peer ? (
          <UserAvatar userId={peer} conversationId={conversationId} isOnline={online} />
        ) : (
          <Avatar id={conversationId} name={title} url={details?.avatarUrl} isGroup />
        )}
      </a>
      <div className="titles">
        <h2 ref={heading} tabIndex={-1} id="conversation-title" dir="auto">
          {title}
        </h2>
        {!isGone && <Status />}
      </div>
      {!isGone && <Streak summary={summary} />}
      {!isGone && <IconLink label={isGroup ? 'About this group' : `About ${title}`} icon={Info} href={to.details(conversationId)} />}
      {summary && <HeaderMenu />}
    </header>
  );
}

/** Who is typing; otherwise who is there, or how many are in. */
function Status() {
  const { conversationId, peer, isGroup, details, summary } = useHere();
  const typing = useTyping(conversationId);
  const names = useNames(typing, conversationId);
  const presence = usePresence(peer ? [peer] : []).get(peer ?? '');
  const typists = [...names.values()];
  const text = typing.length
    ? typing.length > 2
      ? 'Several people are typing…'
      : isGroup
        ? `${typists.join(' and ')} ${typists.length > 1 ? 'are' : 'is'} typing…`
        : 'typing…'
    : isGroup
      ? plural(details?.memberCount ?? summary?.memberCount ?? 0, 'member')
      : presence?.online
        ? 'online'
        : presence?.lastSeenAt
          ? lastSeen(presence.lastSeenAt)
          : '';
  return (
    <p className={`status ${typing.length ? 'is-typing' : ''}`} role="status">
      {text}
    </p>
  );
}

function HeaderMenu() {
  const { summary } = useHere();
  const [anchor, setAnchor] = useState<DOMRect>();
  const { items, dialog } = useArrangement(summary!);
  return (
    <>
      <IconButton
        label="More"
        icon={MoreVertical}
        aria-haspopup="menu"
        onClick={event => setAnchor(event.currentTarget.getBoundingClientRect())}
      />
      {anchor && <Menu label="This conversation" anchor={anchor} onClose={() => setAnchor(undefined)} items={items} />}
      {dialog}
    </>
  );
}
