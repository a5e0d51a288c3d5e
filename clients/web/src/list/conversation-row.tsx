import type { ConversationView } from '@chat-functions/client';
import { useConversation, useOutbox, usePresence, useTyping } from '@chat-functions/react';
import { AtSign, BellOff, CircleAlert, Clock, Image, Mail, MailOpen, MoreHorizontal, Pin } from 'lucide-react';
import { memo, useRef, useState } from 'react';
import { aloneOf, cut, shortOf, wordOf } from '../format.ts';
import { useMe, useName, useTitle } from '../names.ts';
import { to } from '../route.ts';
import { lastWord, sharedWord } from '../sharing/words.ts';
import { Streak } from '../streaks/streak.tsx';
import { Avatar, UserAvatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { useArrangement } from './arrangement.tsx';
import { useIsOnScreen } from './on-screen.ts';

interface ConversationRowProps {
  readonly summary: ConversationView;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onFocus: (conversationId: string) => void;
}

export const ConversationRow = memo(function ConversationRow({ summary, isSelected, isTabStop, onFocus }: ConversationRowProps) {
  const { conversationId, kind, peer, preferences, unreadCount, isUnread, isMuted, isMentioned } = summary;
  const title = useTitle(summary);
  const conversation = useConversation(conversationId);
  const arrangement = useArrangement(summary);
  const row = useRef<HTMLLIElement>(null);
  const isOnScreen = useIsOnScreen(row);
  const online = usePresence(peer && isOnScreen ? [peer] : []).get(peer ?? '')?.online;
  const [anchor, setAnchor] = useState<DOMRect>();
  const openMenu = () => setAnchor(row.current!.getBoundingClientRect());
  return (
    <li
      ref={row}
      className={`conversation-row ${isUnread ? 'is-unread' : ''}`}
      onContextMenu={event => {
        event.preventDefault();
        openMenu();
      }}
    >
      <a
        href={to.conversation(conversationId)}
        aria-current={isSelected ? 'page' : undefined}
        tabIndex={isTabStop ? 0 : -1}
        onFocus={() => onFocus(conversationId)}
      >
        {peer ? (
          <UserAvatar userId={peer} isOnline={online} />
        ) : (
          <Avatar id={conversationId} name={title} url={summary.avatarUrl} isGroup={kind === 'group'} isChannel={kind === 'channel'} />
        )}
        <span className="name">
          <span className="text" dir="auto">
            {title}
          </span>
          {isMuted && <BellOff aria-label="muted" />}
          {isOnScreen && <Streak summary={summary} />}
        </span>
        <time dateTime={summary.activityAt}>{shortOf(summary.pending?.at ?? summary.activityAt)}</time>
        <Preview summary={summary} />
        <span className="marks">
          {preferences.pinned && <Pin aria-label="pinned" />}
          {isMentioned && (
            <span className="badge mention">
              <AtSign aria-label="you are mentioned" />
            </span>
          )}
          {isUnread && (
            <span className={`badge ${isMuted ? 'is-muted' : ''}`}>
              {unreadCount ? cut(unreadCount) : ''}
              <span className="unseen"> unread</span>
            </span>
          )}
        </span>
      </a>
      <IconButton
        label={`More about ${title}`}
        icon={MoreHorizontal}
        className="more"
        tabIndex={-1}
        aria-haspopup="menu"
        onClick={openMenu}
      />
      {anchor && (
        <Menu
          label={title}
          anchor={anchor}
          onClose={() => setAnchor(undefined)}
          items={[
            isUnread
              ? { label: 'Mark as read', icon: MailOpen, onSelect: () => conversation.read(summary.lastSeq) }
              : { label: 'Mark as unread', icon: Mail, onSelect: () => conversation.markUnread() },
            ...arrangement.items,
          ]}
        />
      )}
      {arrangement.dialog}
    </li>
  );
});

/** What the newest message that isn't sent yet shares instead of a text. */
function PendingWord({ conversationId }: { readonly conversationId: string }) {
  const newest = useOutbox(conversationId).items.findLast(({ kind }) => kind === 'send');
  const alone = newest && aloneOf(newest);
  if (alone) return alone.kind === 'voice' ? 'Voice message' : 'File';
  const [first] = newest?.attachments ?? [];
  return sharedWord(newest?.content ?? {}) ?? (first ? wordOf(first) : 'Photo');
}

function Preview({ summary }: { readonly summary: ConversationView }) {
  const { conversationId, kind, lastMessage, pending, preferences } = summary;
  const me = useMe();
  const typing = useTyping(conversationId);
  const sender = useName(lastMessage?.senderId ?? '', conversationId);
  const typist = useName(typing[0] ?? '', conversationId);
  if (typing.length) return <span className="preview is-typing">{kind === 'group' ? `${typist} is typing…` : 'typing…'}</span>;
  if (pending) {
    return (
      <span className="preview">
        {pending.state === 'failed' ? <CircleAlert aria-label="not sent" className="danger" /> : <Clock aria-label="waits to be sent" />}
        <bdi>{pending.text || <PendingWord conversationId={conversationId} />}</bdi>
      </span>
    );
  }
  if (preferences.draft?.text) {
    return (
      <span className="preview">
        <em>Draft: </em>
        <bdi>{preferences.draft.text}</bdi>
      </span>
    );
  }
  if (!lastMessage) return <span className="preview">No messages yet</span>;
  if (lastMessage.hidden) return <span className="preview">Blocked message</span>;
  const who = lastMessage.senderId === me ? 'You: ' : kind !== 'direct' ? `${sender}: ` : '';
  const text = lastMessage.isUnsent
    ? 'Message taken back'
    : lastMessage.isHeld
      ? 'Waits to be looked at'
      : lastMessage.preview || lastWord(lastMessage) || 'A message that disappears';
  return (
    <span className="preview">
      {who}
      {lastMessage.attachment === 'image' && !lastMessage.isUnsent && <Image aria-hidden="true" />}
      <bdi>{text}</bdi>
    </span>
  );
}
