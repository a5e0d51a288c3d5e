import type { MessageView } from '@chat-functions/client';
import { useConversations, useObservable } from '@chat-functions/react';
import { lazy, useEffect, useState, useSyncExternalStore } from 'react';
import { useAsked } from '../asked.ts';
import { explain, momentOf } from '../format.ts';
import { useNames, useTitle } from '../names.ts';
import { Avatar, UserAvatar } from '../ui/avatar.tsx';
import { Dialog, FormDialog } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';
import { Part } from '../ui/part.tsx';
import { ReportDialog } from '../ui/report-dialog.tsx';
import { useHere } from './here.ts';

const CollectDialog = lazy(() => import('../collections/collect-dialog.tsx'));

interface Opened {
  readonly kind: 'forward' | 'info' | 'edits' | 'hide' | 'report' | 'collect';
  readonly message: MessageView;
}

// Beside the messages, so that a dialog outlives the row that it came from: rows come and go with scrolling.
let opened: Opened | undefined;
const listeners = new Set<() => void>();

export function openMessageDialog(next: Opened | undefined): void {
  opened = next;
  listeners.forEach(listener => listener());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The dialog about a message, where one is open. */
export function MessageDialogs() {
  const now = useSyncExternalStore(subscribe, () => opened);
  useEffect(() => () => openMessageDialog(undefined), []);
  const { conversationId } = useHere();
  // Beside a channel its comments have their own.
  if (now?.message.conversationId !== conversationId) return null;
  const close = () => openMessageDialog(undefined);
  const { kind, message } = now;
  const messageId = message.messageId!;
  if (kind === 'forward') return <Forward message={message} onClose={close} />;
  if (kind === 'info') return <Info message={message} onClose={close} />;
  if (kind === 'edits') return <Edits messageId={messageId} onClose={close} />;
  if (kind === 'collect') {
    return (
      <Part onError={close}>
        <CollectDialog message={message} onClose={close} />
      </Part>
    );
  }
  if (kind === 'hide') return <Hide messageId={messageId} onClose={close} />;
  return (
    <ReportDialog
      title="Report this message"
      hint="Moderators get the message and a few around it. Who sent it isn’t told."
      target={{ conversationId: message.conversationId, messageIds: [messageId] }}
      onClose={close}
    />
  );
}

function Hide({ messageId, onClose }: { readonly messageId: string; readonly onClose: () => void }) {
  const { conversation } = useHere();
  return (
    <FormDialog title="Delete for you?" submit="Delete" isDangerous onSubmit={async () => conversation.hide(messageId)} onClose={onClose}>
      <p>The others keep it. You can’t get it back.</p>
    </FormDialog>
  );
}

function Forward({ message, onClose }: { readonly message: MessageView; readonly onClose: () => void }) {
  const { conversation } = useHere();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { conversations } = useConversations('all');
  const forward = async () => {
    const results = await conversation.forward(message.messageId!, chosen);
    const refused = results.filter(one => !one.isSent).length;
    if (refused === results.length) throw new Error('It couldn’t be forwarded there.');
    notify(refused ? `Forwarded, but not to ${refused} of them.` : 'Forwarded.');
  };
  const toggle = (id: string) => setChosen(chosen.includes(id) ? chosen.filter(one => one !== id) : [...chosen, id].slice(-10));
  return (
    <FormDialog title="Forward to" submit="Forward" isReady={chosen.length > 0} onSubmit={forward} onClose={onClose}>
      <ul className="choices">
        {conversations.map(one => (
          <li key={one.conversationId}>
            <Choice conversation={one} isChosen={chosen.includes(one.conversationId)} onToggle={() => toggle(one.conversationId)} />
          </li>
        ))}
      </ul>
    </FormDialog>
  );
}

type Listed = ReturnType<typeof useConversations>['conversations'][number];

function Choice({
  conversation,
  isChosen,
  onToggle,
}: {
  readonly conversation: Listed;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
}) {
  const title = useTitle(conversation);
  const { peer, conversationId, avatarUrl } = conversation;
  return (
    <label className="choice">
      <input type="checkbox" checked={isChosen} onChange={onToggle} />
      {peer ? <UserAvatar userId={peer} size="small" /> : <Avatar id={conversationId} name={title} url={avatarUrl} isGroup size="small" />}
      {title}
    </label>
  );
}

function Edits({ messageId, onClose }: { readonly messageId: string; readonly onClose: () => void }) {
  const { conversation } = useHere();
  const { value, error } = useAsked(() => conversation.revisions(messageId));
  return (
    <Dialog title="Edits" onClose={onClose}>
      {error !== undefined && <p className="error">{explain(error)}</p>}
      <ol className="plain">
        {value?.map(one => (
          <li key={one.revision}>
            <p dir="auto">{one.text}</p>
            <time dateTime={one.at}>{momentOf(one.at)}</time>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

function Info({ message, onClose }: { readonly message: MessageView; readonly onClose: () => void }) {
  const { conversation, conversationId, me } = useHere();
  const { members, isAvailable } = useObservable(conversation.receipts);
  const { value: reactors, error } = useAsked(async () => (message.reactions.length ? conversation.reactions(message.messageId!) : []));
  const others = [...members].filter(([id]) => id !== me && id !== message.senderId);
  const seq = message.seq ?? 0;
  const read = others.filter(([, receipt]) => receipt.readSeq >= seq).map(([id]) => id);
  const received = others.filter(([id, receipt]) => receipt.deliveredSeq >= seq && !read.includes(id)).map(([id]) => id);
  const names = useNames([...others.map(([id]) => id), ...(reactors ?? []).map(one => one.userId)], conversationId);
  return (
    <Dialog title="Info" onClose={onClose}>
      <p className="quiet">Sent {momentOf(message.at)}</p>
      {message.expiresAt && <p className="quiet">Disappears {momentOf(message.expiresAt)}</p>}
      {isAvailable && <People title="Read by" ids={read} names={names} />}
      {isAvailable && <People title="Delivered to" ids={received} names={names} />}
      {error !== undefined && <p className="error">{explain(error)}</p>}
      {reactors && reactors.length > 0 && (
        <section>
          <h3>Reactions</h3>
          <ul className="plain">
            {reactors.map(one => (
              <li key={one.userId}>
                {names.get(one.userId)} <span>{one.keys.join(' ')}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

function People({
  title,
  ids,
  names,
}: {
  readonly title: string;
  readonly ids: readonly string[];
  readonly names: ReadonlyMap<string, string>;
}) {
  if (!ids.length) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="plain">
        {ids.map(id => (
          <li key={id}>{names.get(id) ?? id}</li>
        ))}
      </ul>
    </section>
  );
}
