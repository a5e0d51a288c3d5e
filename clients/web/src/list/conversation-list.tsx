import type { ConversationView } from '@chat-functions/client';
import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useNames } from '../names.ts';
import { ConversationRow } from './conversation-row.tsx';

interface ConversationListProps {
  readonly conversations: readonly ConversationView[];
  readonly isLoaded: boolean;
  readonly search: string;
  readonly selected: string | undefined;
  /** What is shown below. */
  readonly children?: ReactNode;
}

/** One tab stop; arrow keys, Home and End go through it. */
export function ConversationList({ conversations, isLoaded, search, selected, children }: ConversationListProps) {
  const list = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useState<string>();
  const peers = useMemo(() => conversations.flatMap(one => one.peer ?? []), [conversations]);
  const names = useNames(peers);
  const wanted = search.trim().toLocaleLowerCase();
  const shown = wanted
    ? conversations.filter(one =>
        [one.title, one.peer, one.peer && names.get(one.peer)].some(name => name?.toLocaleLowerCase().includes(wanted)),
      )
    : conversations;
  const stop = [focused, selected].find(id => shown.some(one => one.conversationId === id)) ?? shown[0]?.conversationId;

  const move = (event: KeyboardEvent) => {
    const links = [...list.current!.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (next === undefined || !links[next]) return;
    event.preventDefault();
    links[next].focus();
  };

  return (
    <div className="conversations">
      {!isLoaded && !conversations.length && <Skeleton />}
      <ul ref={list} onKeyDown={move} aria-label="Conversations">
        {shown.map(one => (
          <ConversationRow
            key={one.conversationId}
            summary={one}
            isSelected={one.conversationId === selected}
            isTabStop={one.conversationId === stop}
            onFocus={setFocused}
          />
        ))}
      </ul>
      {wanted && !shown.length && <p className="empty">No conversation is called that.</p>}
      {children}
    </div>
  );
}

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading the conversations">
      {[0, 1, 2, 3, 4].map(row => (
        <i key={row} />
      ))}
    </div>
  );
}
