import { useObservable } from '@chat-functions/react';
import { useChannel, usePosts, useSubscription } from '@chat-functions/react/channels';
import { ArrowLeft, Bell, BellOff, Flag, Link, MoreVertical, Settings } from 'lucide-react';
import { lazy, useCallback, useEffect, useRef, useState } from 'react';
import { Composer, type Answering } from '../conversation/composer.tsx';
import { HereProvider, useHere, useHereOf } from '../conversation/here.ts';
import { MessageDialogs } from '../conversation/message-dialogs.tsx';
import { PinnedBar } from '../conversation/pinned-bar.tsx';
import { Timeline, type TimelineHandle } from '../conversation/timeline.tsx';
import { plural } from '../format.ts';
import { MuteDialog, useArrangement } from '../list/arrangement.tsx';
import type { SidebarView } from '../list/sidebar.tsx';
import { to, type Route } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton, IconLink } from '../ui/button.tsx';
import { copy } from '../ui/copy.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { outcome } from '../ui/notices.tsx';
import { Part } from '../ui/part.tsx';
import { ReportDialog } from '../ui/report-dialog.tsx';
import { CommentsPane } from './comments.tsx';

const ChannelSettings = lazy(() => import('./channel-settings.tsx'));

interface ChannelPaneProps {
  readonly route: Extract<Route, { readonly conversationId: string }>;
  readonly back: SidebarView;
}

/** A channel's posts as a feed, with a composer for who posts there; and beside it the comments on one. */
export default function ChannelPane({ route, back }: ChannelPaneProps) {
  const { conversationId } = route;
  const known = useHereOf(conversationId);
  const posts = usePosts(conversationId);
  const timeline = useRef<TimelineHandle>(null);
  const [answering, setAnswering] = useState<Answering>();
  const jump = useCallback((seq: number) => timeline.current?.jumpTo(seq), []);
  // Before anything is known of it, it is what its address says.
  const isMember = known.summary !== undefined;
  const here = { ...known, isGroup: false, isChannel: true, mayWrite: isMember };
  const isGone = posts.status === 'gone';
  return (
    <HereProvider value={here}>
      <section className={`conversation feed ${route.view === 'comments' ? 'has-side' : ''}`} aria-labelledby="conversation-title">
        <ChannelHeader back={to[back]} isGone={isGone} />
        {!isGone && <PinnedBar onJump={jump} />}
        {!isGone && <Timeline ref={timeline} messages={posts} onAnswer={setAnswering} label="Posts" />}
        {isGone && <NotFollowed />}
        {isMember && !isGone && (
          <Composer
            answering={answering}
            onAnswered={() => setAnswering(undefined)}
            onSent={() => timeline.current?.toLatest()}
            onEditLast={() => {}}
          />
        )}
      </section>
      <MessageDialogs />
      {route.view === 'comments' && !isGone && (
        <CommentsPane
          key={route.messageId}
          messageId={route.messageId}
          post={posts.messages.find(({ messageId }) => messageId === route.messageId)}
        />
      )}
    </HereProvider>
  );
}

function ChannelHeader({ back, isGone }: { readonly back: string; readonly isGone: boolean }) {
  const { conversationId, details, summary, mayWrite } = useHere();
  const channel = useChannel(conversationId);
  const subscription = useSubscription(conversationId);
  const heading = useRef<HTMLHeadingElement>(null);
  const [isEnding, setEnding] = useState(false);
  const title = details?.title ?? summary?.title ?? 'Channel';
  useEffect(() => heading.current?.focus(), []);
  const follow = () => void outcome(channel.follow());
  // The count may be from just before they followed.
  const followers = details?.followerCount !== undefined ? Math.max(details.followerCount, subscription ? 1 : 0) : undefined;
  return (
    <header className="pane-header conversation-header">
      <IconLink label="Back to the conversations" icon={ArrowLeft} href={back} className="back" />
      <Avatar id={conversationId} name={title} url={details?.avatarUrl} isChannel />
      <div className="titles">
        <h2 ref={heading} tabIndex={-1} id="conversation-title" dir="auto">
          {title}
        </h2>
        <p className="status" role="status">
          {!isGone && followers !== undefined && plural(followers, 'follower')}
        </p>
      </div>
      {!isGone &&
        !mayWrite &&
        (subscription ? (
          <button type="button" onClick={() => setEnding(true)}>
            Unfollow
          </button>
        ) : (
          <button type="button" className="primary" onClick={follow}>
            Follow
          </button>
        ))}
      {!isGone && (summary ? <MemberMenu /> : <FollowerMenu />)}
      {isEnding && (
        <FormDialog
          title={`Unfollow ${title}?`}
          submit="Unfollow"
          onSubmit={() => channel.unfollow()}
          onClose={() => setEnding(false)}
        >
          <p>
            It goes from your list.
            {details?.visibility === 'private'
              ? ' It is private: only an invite link brings you back.'
              : ' You can follow it again by its link.'}
          </p>
        </FormDialog>
      )}
    </header>
  );
}

/** Its address, which is good for whoever may follow it: of a private one for nobody else. */
function useLink(): readonly MenuItem[] {
  const { conversationId, details } = useHere();
  const address = new URL(to.channel(conversationId), location.href);
  address.search = '';
  const onSelect = () => void copy(address.href);
  return details?.visibility === 'private' ? [] : [{ label: 'Copy the link', icon: Link, onSelect }];
}

/** What who posts can do with it in their own list. */
function MemberMenu() {
  const { summary } = useHere();
  const { items, dialog } = useArrangement(summary!);
  const link = useLink();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ChannelMenu items={[{ label: 'Members and settings', icon: Settings, onSelect: () => setOpen(true) }, ...link, ...items]} />
      {dialog}
      {isOpen && (
        <Part onError={() => setOpen(false)}>
          <ChannelSettings onClose={() => setOpen(false)} />
        </Part>
      )}
    </>
  );
}

function FollowerMenu() {
  const { conversationId } = useHere();
  const channel = useChannel(conversationId);
  const { mutedUntil } = useObservable(channel.subscription) ?? {};
  const [asking, setAsking] = useState<'mute' | 'report'>();
  const isMuted = !!mutedUntil && Date.parse(mutedUntil) > Date.now();
  const close = () => setAsking(undefined);
  const link = useLink();
  return (
    <>
      <ChannelMenu
        items={[
          isMuted
            ? { label: 'Unmute', icon: Bell, onSelect: () => void outcome(channel.follow({ mutedUntil: null }), 'Not muted any more.') }
            : { label: 'Mute', icon: BellOff, onSelect: () => setAsking('mute') },
          ...link,
          { label: 'Report', icon: Flag, isDangerous: true, onSelect: () => setAsking('report') },
        ]}
      />
      {asking === 'mute' && (
        <MuteDialog title="Mute the channel" onMute={until => channel.follow({ mutedUntil: until })} onClose={close} />
      )}
      {asking === 'report' && (
        <ReportDialog
          title="Report this channel"
          hint="Moderators get the newest posts. Nobody here is told."
          target={{ conversationId }}
          onClose={close}
        />
      )}
    </>
  );
}

function ChannelMenu({ items }: { readonly items: readonly MenuItem[] }) {
  const [anchor, setAnchor] = useState<DOMRect>();
  return (
    <>
      <IconButton
        label="More"
        icon={MoreVertical}
        aria-haspopup="menu"
        onClick={event => setAnchor(event.currentTarget.getBoundingClientRect())}
      />
      {anchor && <Menu label="This channel" anchor={anchor} onClose={() => setAnchor(undefined)} items={items} />}
    </>
  );
}

/** To who doesn't follow it, nothing of it is shown, not even its title. */
function NotFollowed() {
  const { conversationId } = useHere();
  const channel = useChannel(conversationId);
  return (
    <div className="invitation">
      <p>You don’t follow this channel.</p>
      <p className="quiet">Nobody sees that you follow, only how many do. If it is private, you need an invite link.</p>
      <button type="button" className="primary" onClick={() => void outcome(channel.follow())}>
        Follow
      </button>
    </div>
  );
}
