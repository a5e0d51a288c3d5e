import { useConnection, useConversations, useRequests } from '@chat-functions/react';
import { useChannelsUnread, useFollowedChannels } from '@chat-functions/react/channels';
import { Archive, ArrowLeft, Inbox, Megaphone, Search, Settings as SettingsIcon, SquarePen, X } from 'lucide-react';
import { lazy, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { cut, explain } from '../format.ts';
import { useMe, useName } from '../names.ts';
import { to } from '../route.ts';
import { UserAvatar } from '../ui/avatar.tsx';
import { IconButton, IconLink } from '../ui/button.tsx';
import { Part } from '../ui/part.tsx';
import { ConversationList } from './conversation-list.tsx';
import { Requests } from './requests.tsx';

const ChannelList = lazy(() => import('../channels/channel-list.tsx'));
const NewConversation = lazy(() => import('./new-conversation.tsx'));
const Settings = lazy(() => import('../settings/settings.tsx'));

export type SidebarView = 'list' | 'archived' | 'requests' | 'channels' | 'settings';

interface SidebarProps {
  readonly view: SidebarView;
  readonly selected: string | undefined;
}

export function Sidebar({ view, selected }: SidebarProps) {
  return (
    <nav className="sidebar" aria-label="Conversations">
      {view === 'list' ? <Chats selected={selected} /> : <Other view={view} selected={selected} />}
    </nav>
  );
}

function Chats({ selected }: { selected: string | undefined }) {
  const me = useMe();
  const name = useName(me);
  const [isCreating, setCreating] = useState(false);
  const [search, setSearch] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const [filter, setFilter] = useState<'active' | 'unread'>('active');
  const { conversations, isLoaded } = useConversations(filter);
  const archived = useConversations('archived').conversations;

  // Whoever signed in, or came back from elsewhere, is somewhere.
  useEffect(() => {
    if (!selected && (document.activeElement === null || document.activeElement === document.body)) heading.current?.focus();
  }, [selected]);

  return (
    <>
      <header className="pane-header">
        <a className="me" href={to.settings} title={`You are ${name}`}>
          <span className="unseen">Settings of {name}</span>
          <UserAvatar userId={me} size="small" />
        </a>
        <h2 ref={heading} tabIndex={-1}>
          Chats
        </h2>
        <IconButton label="New conversation" icon={SquarePen} onClick={() => setCreating(true)} />
      </header>
      <Connection />
      <div className="search">
        <Search aria-hidden="true" />
        <input
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          value={search}
          onChange={event => setSearch(event.target.value)}
        />
        {search && <IconButton label="Clear the search" icon={X} onClick={() => setSearch('')} />}
      </div>
      <div className="segments filter" role="radiogroup" aria-label="Which conversations">
        {(['active', 'unread'] as const).map(one => (
          <label key={one}>
            <input type="radio" name="filter" checked={filter === one} onChange={() => setFilter(one)} />
            {one === 'active' ? 'All' : 'Unread'}
          </label>
        ))}
      </div>
      <RequestsLink />
      <ChannelsLink />
      <ConversationList conversations={conversations} isLoaded={isLoaded} search={search} selected={selected}>
        {isLoaded && filter === 'unread' && !conversations.length && <p className="empty">Everything is read.</p>}
        {isLoaded && filter === 'active' && !conversations.length && !archived.length && (
          <div className="empty">
            <p>No conversations yet.</p>
            <button type="button" className="primary" onClick={() => setCreating(true)}>
              Start one
            </button>
          </div>
        )}
      </ConversationList>
      {archived.length > 0 && (
        <a className="side-link" href={to.archived}>
          <Archive aria-hidden="true" />
          Archived
          <span className="quiet">{archived.length}</span>
        </a>
      )}
      {isCreating && (
        <Part onError={() => setCreating(false)}>
          <NewConversation onClose={() => setCreating(false)} />
        </Part>
      )}
    </>
  );
}

function RequestsLink() {
  const waiting = useRequests().value.filter(request => !request.isRestricted).length;
  return (
    <a className="side-link" href={to.requests}>
      <Inbox aria-hidden="true" />
      Requests
      {waiting > 0 && <span className="badge">{waiting}</span>}
    </a>
  );
}

function ChannelsLink() {
  useFollowedChannels();
  const { messages } = useChannelsUnread();
  return (
    <a className="side-link" href={to.channels}>
      <Megaphone aria-hidden="true" />
      Channels
      {messages > 0 && (
        <span className="badge">
          {cut(messages)}
          <span className="unseen"> unread</span>
        </span>
      )}
    </a>
  );
}

const titles = { archived: 'Archived', requests: 'Requests', channels: 'Channels', settings: 'Settings' };

function Other({ view, selected }: { view: Exclude<SidebarView, 'list'>; selected: string | undefined }) {
  return (
    <>
      <header className="pane-header">
        <IconLink label="Back to the conversations" icon={ArrowLeft} href={to.list} />
        <h2>{titles[view]}</h2>
        {view !== 'settings' && <IconLink label="Settings" icon={SettingsIcon} href={to.settings} />}
      </header>
      {view === 'archived' && <Archived selected={selected} />}
      {view === 'requests' && <Requests selected={selected} />}
      {view === 'channels' && (
        <Part>
          <ChannelList selected={selected} />
        </Part>
      )}
      {view === 'settings' && (
        <Part>
          <Settings />
        </Part>
      )}
    </>
  );
}

function Archived({ selected }: { selected: string | undefined }) {
  const { conversations, isLoaded } = useConversations('archived');
  return (
    <ConversationList conversations={conversations} isLoaded={isLoaded} search="" selected={selected}>
      {isLoaded && !conversations.length && <p className="empty">Nothing is archived.</p>}
    </ConversationList>
  );
}

function subscribeToNetwork(changed: () => void) {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
}

/** Says so while what happens doesn't arrive. */
function Connection() {
  const { error, ...connection } = useConnection();
  // The device knows at once; an open connection may take a while to notice.
  const isOnline = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine);
  const status = isOnline ? connection.status : 'offline';
  const text = {
    offline: 'You’re offline. What you send waits.',
    connecting: 'Connecting…',
    syncing: 'Catching up…',
    online: '',
    closed: 'Signed out.',
  }[status];
  const isRefused = error && !error.isTransient;
  return (
    <p className={`connection is-${status}`} role="status">
      {isRefused && status === 'offline' ? explain(error) : text}
    </p>
  );
}
