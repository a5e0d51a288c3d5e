import type { Loaded, MessageView, Pin as Pinned } from '@chat-functions/client';
import { useObservable } from '@chat-functions/react';
import {
  Copy,
  CornerUpLeft,
  Flag,
  FolderPlus,
  Forward,
  History,
  Info,
  MessagesSquare,
  Pencil,
  Pin,
  PinOff,
  SmilePlus,
  Trash2,
  Undo2,
} from 'lucide-react';
import { go, to } from '../route.ts';
import { sharedWord } from '../sharing/words.ts';
import { copy } from '../ui/copy.ts';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { outcome } from '../ui/notices.tsx';
import type { Answering } from './composer.tsx';
import { useHere } from './here.ts';
import { openMessageDialog } from './message-dialogs.tsx';
import { useReact } from './reactions.tsx';

export const quickReactions = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** How long a message can be changed and taken back, in ms; the service decides. */
const editable = 15 * 60_000;
const unsendable = 3 * 60_000;

const noPins = { getSnapshot: () => none, subscribe: () => () => {} };
const none: Loaded<readonly Pinned[]> = { status: 'ready', value: [] };

interface MessageMenuProps {
  readonly message: MessageView;
  readonly anchor: DOMRect;
  readonly isThread: boolean;
  readonly onAnswer: (answering: Answering) => void;
  readonly onPick: () => void;
  readonly onClose: () => void;
}

export function MessageMenu({ message, anchor, isThread, onAnswer, onPick, onClose }: MessageMenuProps) {
  const react = useReact(message);
  const items = useItems(message, isThread, onAnswer);
  const isShown = !message.unsentAt && !message.held;
  const choose = (key: string) => {
    onClose();
    react(key);
  };
  return (
    <Menu label="Message" anchor={anchor} items={items} onClose={onClose}>
      {isShown && (
        <div className="quick" role="group" aria-label="React">
          {quickReactions.map(key => (
            <button
              key={key}
              type="button"
              aria-label={`React with ${key}`}
              aria-pressed={message.reactions.some(one => one.key === key && one.mine)}
              onClick={() => choose(key)}
            >
              {key}
            </button>
          ))}
          <button
            type="button"
            aria-label="Another reaction"
            onClick={() => {
              onClose();
              onPick();
            }}
          >
            <SmilePlus aria-hidden="true" />
          </button>
        </div>
      )}
    </Menu>
  );
}

function useItems(message: MessageView, isThread: boolean, onAnswer: (answering: Answering) => void): readonly MenuItem[] {
  const { conversation, conversationId, isGroup, isChannel, isComments, isAdmin, mayWrite } = useHere();
  const isPinned = useObservable(isComments ? noPins : conversation.pins).value.some(pin => pin.message.messageId === message.messageId);
  const { messageId: id, isMine, text, kind, attachments } = message;
  if (!id) return [];
  const age = Date.now() - Date.parse(message.at);
  const isThere = !message.unsentAt;
  const isText = isThere && kind === 'text' && text !== '';
  const isDecided = !message.held;
  const isShared = isGroup || isChannel;
  const canPin = (!isShared || isAdmin) && !isComments;
  const root = message.threadId ?? id;
  const sharesAny = !!attachments || !!message.cards || /https?:\/\//.test(text);
  const mayCollect = isThere && isDecided && sharesAny && !message.expiresAt && !isChannel && !isComments;
  const all: readonly (MenuItem | false)[] = [
    isThere && mayWrite && { label: 'Reply', icon: CornerUpLeft, onSelect: () => onAnswer({ kind: 'reply', message }) },
    isThere &&
      !isThread &&
      !isChannel && {
        label: message.thread || message.threadId ? 'Open the thread' : 'Reply in a thread',
        icon: MessagesSquare,
        onSelect: () => go(to.thread(conversationId, root)),
      },
    isText && { label: 'Copy', icon: Copy, onSelect: () => void copy(text) },
    isText && isDecided && isMine && age < editable && { label: 'Edit', icon: Pencil, onSelect: () => onAnswer({ kind: 'edit', message }) },
    (isText || (isThere && (!!attachments || !!sharedWord(message)))) &&
      isDecided &&
      !message.expiresAt && { label: 'Forward', icon: Forward, onSelect: () => openMessageDialog({ kind: 'forward', message }) },
    mayCollect && { label: 'Add to collection', icon: FolderPlus, onSelect: () => openMessageDialog({ kind: 'collect', message }) },
    isThere &&
      isDecided &&
      canPin &&
      (isPinned
        ? { label: 'Unpin', icon: PinOff, onSelect: () => void outcome(conversation.unpin(id), 'Unpinned.') }
        : { label: 'Pin', icon: Pin, onSelect: () => void outcome(conversation.pin(id), 'Pinned.') }),
    isThere && !isChannel && !isComments && { label: 'Info', icon: Info, onSelect: () => openMessageDialog({ kind: 'info', message }) },
    isText && message.revision > 0 && { label: 'Edits', icon: History, onSelect: () => openMessageDialog({ kind: 'edits', message }) },
    isThere &&
      ((isMine && age < unsendable) || (isShared && isAdmin)) && {
        label: 'Take back',
        icon: Undo2,
        isDangerous: true,
        onSelect: () => conversation.unsend(id),
      },
    mayWrite &&
      !isComments && {
        label: 'Delete for me',
        icon: Trash2,
        isDangerous: true,
        onSelect: () => openMessageDialog({ kind: 'hide', message }),
      },
    !isMine &&
      isThere && { label: 'Report', icon: Flag, isDangerous: true, onSelect: () => openMessageDialog({ kind: 'report', message }) },
  ];
  return all.filter(item => item !== false);
}
