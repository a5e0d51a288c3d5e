import type { ConversationSummary } from '@chat-functions/client';
import { useConversations } from '@chat-functions/react';
import { useChannels, useFollowedChannels } from '@chat-functions/react/channels';
import { BellOff, PenLine, Plus } from 'lucide-react';
import { useState } from 'react';
import { cut, explain, shortOf } from '../format.ts';
import { go, to } from '../route.ts';
import { rememberedRole } from '../session.ts';
import { lastWord } from '../sharing/words.ts';
import { Avatar } from '../ui/avatar.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { PrivateChoice } from './private-choice.tsx';

/** The channels that the user follows, and those in which they post. */
export default function ChannelList({ selected }: { readonly selected: string | undefined }) {
  const { value: followed, status, error } = useFollowedChannels();
  const own = useConversations('all').conversations.filter(({ kind }) => kind === 'channel');
  const others = followed.filter(({ conversationId }) => !own.some(one => one.conversationId === conversationId));
  const [isCreating, setCreating] = useState(false);
  return (
    <div className="conversations channels">
      {rememberedRole() === 'chat.publisher' && (
        <button type="button" className="wide" onClick={() => setCreating(true)}>
          <Plus aria-hidden="true" /> New channel
        </button>
      )}
      {error && <p className="error">{explain(error)}</p>}
      {own.length > 0 && (
        <section>
          <h3>You post in</h3>
          <ul aria-label="Channels you post in">
            {own.map(one => (
              <ChannelRow key={one.conversationId} channel={one} isMuted={one.isMuted} isOwn isSelected={one.conversationId === selected} />
            ))}
          </ul>
        </section>
      )}
      <section>
        {own.length > 0 && others.length > 0 && <h3>You follow</h3>}
        <ul aria-label="Channels you follow">
          {others.map(one => (
            <ChannelRow key={one.conversationId} channel={one} isMuted={one.isMuted} isSelected={one.conversationId === selected} />
          ))}
        </ul>
      </section>
      {status === 'loading' && <span className="spinner" role="status" aria-label="Loading the channels" />}
      {status === 'ready' && !others.length && (
        <p className="empty">{own.length ? 'You follow no other channel.' : 'You follow no channel yet. Open one by its link.'}</p>
      )}
      {isCreating && <NewChannel onClose={() => setCreating(false)} />}
    </div>
  );
}

interface ChannelRowProps {
  readonly channel: ConversationSummary;
  readonly isMuted: boolean;
  readonly isSelected: boolean;
  readonly isOwn?: boolean;
}

function ChannelRow({ channel, isMuted, isSelected, isOwn }: ChannelRowProps) {
  const { conversationId, title, avatarUrl, activityAt, lastMessage, unreadCount } = channel;
  const text = !lastMessage
    ? 'No posts yet'
    : lastMessage.hidden
      ? 'Blocked message'
      : lastMessage.isUnsent
        ? 'Post taken back'
        : lastMessage.isHeld
          ? 'Waits to be looked at'
          : lastMessage.preview || lastWord(lastMessage) || 'Post';
  return (
    <li className={`conversation-row ${unreadCount ? 'is-unread' : ''}`}>
      <a href={to.channel(conversationId)} aria-current={isSelected ? 'page' : undefined}>
        <Avatar id={conversationId} name={title ?? ''} url={avatarUrl} isChannel />
        <span className="name">
          <span className="text" dir="auto">
            {title}
          </span>
          {isMuted && <BellOff aria-label="muted" />}
        </span>
        <time dateTime={activityAt}>{shortOf(activityAt)}</time>
        <span className="preview">
          <bdi>{text}</bdi>
        </span>
        <span className="marks">
          {isOwn && <PenLine aria-label="you post here" />}
          {unreadCount > 0 && (
            <span className={`badge ${isMuted ? 'is-muted' : ''}`}>
              {cut(unreadCount)}
              <span className="unseen"> unread</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

function NewChannel({ onClose }: { readonly onClose: () => void }) {
  const channels = useChannels();
  const [title, setTitle] = useState('');
  const [isPrivate, setPrivate] = useState(false);
  const create = async () => {
    const made = await channels.create({ title: title.trim(), visibility: isPrivate ? 'private' : 'public' });
    go(to.channel(made.conversationId));
  };
  return (
    <FormDialog title="New channel" submit="Create" isReady={title.trim() !== ''} onSubmit={create} onClose={onClose}>
      <label>
        Title
        <input value={title} maxLength={128} autoComplete="off" required onChange={event => setTitle(event.target.value)} />
      </label>
      <PrivateChoice isPrivate={isPrivate} onChange={setPrivate} />
      <p className="hint">You post, and {isPrivate ? 'whom you give an invite link' : 'everybody who has its link'} can follow.</p>
    </FormDialog>
  );
}
