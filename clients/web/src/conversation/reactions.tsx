import type { MessageView } from '@chat-functions/client';
import { SmilePlus } from 'lucide-react';
import { lazy } from 'react';
import { fewOf } from '../format.ts';
import { useNames } from '../names.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Part } from '../ui/part.tsx';
import { useHere } from './here.ts';

const EmojiPicker = lazy(() => import('../ui/emoji-picker.tsx'));

/** Reacts, or takes it back. Whether it is the user's is what `mine` says: those named are at most five. */
export function useReact(message: MessageView): (key: string) => void {
  const { conversation } = useHere();
  return key => {
    if (!message.messageId) return;
    const isMine = message.reactions.some(one => one.key === key && one.mine);
    if (isMine) conversation.unreact(message.messageId, key);
    else conversation.react(message.messageId, key);
  };
}

interface ReactionsProps {
  readonly message: MessageView;
  readonly isTabStop: boolean;
  readonly onMore: () => void;
}

export function Reactions({ message, isTabStop, onMore }: ReactionsProps) {
  const { conversationId } = useHere();
  const react = useReact(message);
  const names = useNames([...new Set(message.reactions.flatMap(one => one.users))], conversationId);
  const who = (users: readonly string[], count: number) => {
    const named = users.map(id => names.get(id) ?? id);
    return count > named.length ? `${named.join(', ')} and ${count - named.length} more` : named.join(', ');
  };
  // Of a channel's followers nobody is named.
  const label = (key: string, count: number, users: readonly string[]) =>
    users.length ? `${key} ${count}: ${who(users, count)}` : `${key} ${count}`;
  return (
    <div className="reactions" role="group" aria-label="Reactions">
      {message.reactions.map(({ key, count, users, mine }) => (
        <button
          key={key}
          type="button"
          aria-pressed={mine ?? false}
          aria-label={label(key, count, users)}
          title={users.length ? who(users, count) : undefined}
          tabIndex={isTabStop ? 0 : -1}
          onClick={() => react(key)}
        >
          {key} <span>{fewOf(count)}</span>
        </button>
      ))}
      <button type="button" className="add" aria-label="Another reaction" tabIndex={isTabStop ? 0 : -1} onClick={onMore}>
        <SmilePlus aria-hidden="true" />
      </button>
    </div>
  );
}

/** Any emoji as a reaction. */
export function EmojiDialog({ message, onClose }: { readonly message: MessageView; readonly onClose: () => void }) {
  const react = useReact(message);
  return (
    <Dialog title="React" onClose={onClose}>
      <Part loading={<p className="picker-room quiet">Loading…</p>} onError={onClose}>
        <EmojiPicker
          onPick={emoji => {
            onClose();
            react(emoji);
          }}
        />
      </Part>
    </Dialog>
  );
}
