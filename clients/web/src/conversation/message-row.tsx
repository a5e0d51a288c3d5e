import { lazy, memo, Suspense, useRef, useState, type KeyboardEvent } from 'react';
import { CornerUpLeft, Eye, Forward, MessagesSquare, MoreHorizontal, SmilePlus } from 'lucide-react';
import { aloneOf, fewOf, momentOf, plural, timeOf } from '../format.ts';
import { useName } from '../names.ts';
import { Photos } from '../photos/photos.tsx';
import { to } from '../route.ts';
import { LinkPreview, Shared } from '../sharing/shared.tsx';
import { UserAvatar } from '../ui/avatar.tsx';
import { Boundary } from '../ui/boundary.tsx';
import { IconButton } from '../ui/button.tsx';
import type { Answering } from './composer.tsx';
import { useHere } from './here.ts';
import { MessageMenu } from './message-menu.tsx';
import { NotSent } from './not-sent.tsx';
import { PollView } from './poll.tsx';
import { QuoteView } from './quote.tsx';
import { EmojiDialog, Reactions } from './reactions.tsx';
import type { Row } from './rows.ts';
import { isFewEmoji, RichText } from './text.tsx';
import { Ticks } from './ticks.tsx';
import { useLongPress } from './long-press.ts';

const FileMessage = lazy(() => import('../files/file.tsx'));
const VoiceMessage = lazy(() => import('../voice/voice.tsx'));

interface MessageRowProps {
  readonly row: Row;
  /** Whether it is the tab stop of the messages. */
  readonly isActive: boolean;
  readonly isFlashed: boolean;
  readonly isThread: boolean;
  readonly onFocus: (key: string) => void;
  readonly onAnswer: (answering: Answering) => void;
  readonly onJump: (seq: number) => void;
}

export const MessageRow = memo(function MessageRow({ row, isActive, isFlashed, isThread, onFocus, onAnswer, onJump }: MessageRowProps) {
  const { message, day, isFirstUnread, isFirst, isLast } = row;
  const { conversationId, details, isGroup, isChannel, mayWrite } = useHere();
  const sender = useName(message.senderId, conversationId);
  const element = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<DOMRect>();
  const [isPicking, setPicking] = useState(false);
  const isShown = !message.unsentAt && !message.hidden;
  const hasPhotos = isShown && !!message.attachments && !aloneOf(message);
  const hasShared = isShown && (!!message.cards || !!message.location);
  const isSticker = isShown && !!message.sticker;
  const isBig = isShown && !hasPhotos && !hasShared && message.kind === 'text' && isFewEmoji(message.text);
  // Of one that is hidden there is nothing to act on.
  const isSent = message.state === 'sent' && !message.hidden;
  const root = message.threadId ?? message.messageId;
  const openMenu = () => isSent && setMenu(element.current!.querySelector('.bubble')!.getBoundingClientRect());
  const longPress = useLongPress(openMenu);

  const key = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      openMenu();
    }
  };

  const kinds = [!isShown && 'is-unsent', (isBig || isSticker) && 'is-emoji', hasPhotos && 'has-photos', hasShared && 'has-shared'];
  const bubble = ['bubble', ...kinds, !message.text && !hasShared && 'is-bare'].filter(Boolean).join(' ');
  const name = message.isMine ? 'You' : message.hidden ? 'Somebody whom you block' : sender;
  return (
    <>
      {day && <h3 className="day">{day}</h3>}
      {isFirstUnread && (
        <p className="unread-line" role="separator">
          <span>New messages</span>
        </p>
      )}
      <div
        ref={element}
        data-key={row.key}
        role="article"
        aria-label={`${name}, ${timeOf(message.at)}`}
        tabIndex={isActive ? 0 : -1}
        className={[
          'message',
          message.isMine && !isChannel && 'mine',
          isFirst && 'is-first',
          isLast && 'is-last',
          isFlashed && 'is-flashed',
          isGroup && 'in-group',
          message.state,
        ]
          .filter(Boolean)
          .join(' ')}
        onFocus={() => onFocus(row.key)}
        onKeyDown={key}
        onContextMenu={event => {
          if ((event.target as HTMLElement).closest('a')) return;
          event.preventDefault();
          openMenu();
        }}
        {...longPress}
      >
        {isGroup && !message.isMine && !message.hidden && (
          <span className="gutter">{isLast && <UserAvatar userId={message.senderId} conversationId={conversationId} size="small" />}</span>
        )}
        <div className="body">
          <div className={bubble}>
            {(isChannel || (isGroup && !message.isMine)) && !message.hidden && isFirst && (
              <p className="sender" dir="auto">
                {sender}
              </p>
            )}
            {message.forwarded && isShown && (
              <p className="forwarded">
                <Forward aria-hidden="true" /> Forwarded
              </p>
            )}
            {message.replyTo && isShown && <QuoteView quote={message.replyTo} onJump={onJump} isTabStop={isActive} />}
            <Said row={row} isTabStop={isActive} />
            <span className="meta">
              {message.editedAt && isShown && <span>edited</span>}
              {!!message.counts?.views && isShown && (
                <span className="views">
                  <Eye aria-hidden="true" /> {fewOf(message.counts.views)}
                  <span className="unseen"> {message.counts.views === 1 ? 'view' : 'views'}</span>
                </span>
              )}
              <time dateTime={message.at} title={momentOf(message.at)}>
                {timeOf(message.at)}
              </time>
              {message.isMine && isShown && <Ticks message={message} />}
            </span>
          </div>
          {isShown && message.reactions.length > 0 && <Reactions message={message} isTabStop={isActive} onMore={() => setPicking(true)} />}
          {isChannel && isSent && isShown && root && (details?.comments || !!message.counts?.comments) && (
            <a className="thread-link" href={to.comments(conversationId, root)} tabIndex={isActive ? 0 : -1}>
              <MessagesSquare aria-hidden="true" />
              {message.counts?.comments ? plural(message.counts.comments, 'comment') : 'Comment'}
            </a>
          )}
          {root && (message.thread || message.threadId) && !isThread && (
            <a className="thread-link" href={to.thread(conversationId, root)} tabIndex={isActive ? 0 : -1}>
              <MessagesSquare aria-hidden="true" />
              {message.thread ? plural(message.thread.count, 'reply').replace('replys', 'replies') : 'In a thread'}
            </a>
          )}
          <NotSent message={message} onAnswer={onAnswer} isTabStop={isActive} />
        </div>
        {isSent && (
          <div className="actions" role="group" aria-label={`Actions for the message of ${name}`}>
            {isShown && (
              <>
                <IconButton
                  label="React"
                  icon={SmilePlus}
                  className="wide-only"
                  tabIndex={isActive ? 0 : -1}
                  onClick={() => setPicking(true)}
                />
                {mayWrite && (
                  <IconButton
                    label="Reply"
                    icon={CornerUpLeft}
                    className="wide-only"
                    tabIndex={isActive ? 0 : -1}
                    onClick={() => onAnswer({ kind: 'reply', message })}
                  />
                )}
              </>
            )}
            <IconButton label="More" icon={MoreHorizontal} aria-haspopup="menu" tabIndex={isActive ? 0 : -1} onClick={openMenu} />
          </div>
        )}
      </div>
      {menu && (
        <MessageMenu
          message={message}
          anchor={menu}
          isThread={isThread}
          onAnswer={onAnswer}
          onPick={() => setPicking(true)}
          onClose={() => setMenu(undefined)}
        />
      )}
      {isPicking && <EmojiDialog message={message} onClose={() => setPicking(false)} />}
    </>
  );
});

/** What it says. */
function Said({ row: { message }, isTabStop }: { readonly row: Row; readonly isTabStop: boolean }) {
  const remover = useName(message.unsentBy ?? '', message.conversationId);
  if (message.hidden) return <p className="text quiet">Blocked message</p>;
  if (message.unsentAt) {
    const who =
      message.unsentReason === 'erasure' ? 'This message went with its sender’s account.'
      : message.unsentReason ? 'A moderator took this message back.'
      : message.unsentBy && message.unsentBy !== message.senderId
        ? `${remover} took this message back.`
        : message.isMine
          ? 'You took this message back.'
          : 'This message was taken back.';
    return <p className="text">{who}</p>;
  }
  if (message.held && !message.text) return <p className="text quiet">This message waits to be looked at.</p>;
  if (message.poll) return <PollView message={message} poll={message.poll} isTabStop={isTabStop} />;
  const alone = aloneOf(message);
  return (
    <>
      {alone?.kind === 'voice' ? (
        <Boundary fallback={<p className="text quiet">This voice message can’t be played now.</p>}>
          <Suspense fallback={<div className="voice wave" />}>
            <VoiceMessage message={message} voice={alone} isTabStop={isTabStop} />
          </Suspense>
        </Boundary>
      ) : alone ? (
        <Boundary fallback={<p className="text quiet">This file can’t be had now.</p>}>
          <Suspense fallback={<div className="file" />}>
            <FileMessage message={message} file={alone} isTabStop={isTabStop} />
          </Suspense>
        </Boundary>
      ) : (
        message.attachments && <Photos message={message} isTabStop={isTabStop} />
      )}
      <Shared message={message} isTabStop={isTabStop} />
      {message.text && (
        <div className="text" dir="auto">
          <RichText text={message.text} mentions={message.mentions} />
        </div>
      )}
      <LinkPreview message={message} isTabStop={isTabStop} />
    </>
  );
}
