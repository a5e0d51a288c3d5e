import type { MemberView } from '@chat-functions/client';
import { useChat, useObservable, usePresence } from '@chat-functions/react';
import { Crown, MessageCircle, MoreHorizontal, ShieldCheck, ShieldOff, UserMinus, UserPlus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { explain } from '../format.ts';
import { useHere } from '../conversation/here.ts';
import { useName } from '../names.ts';
import { usePerson } from '../people/person.tsx';
import { go, to } from '../route.ts';
import { UserAvatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/button.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { outcome } from '../ui/notices.tsx';
import { PeopleField } from '../ui/people-field.tsx';

export function Members() {
  const { conversation, isAdmin } = useHere();
  const { value: members, status, error } = useObservable(conversation.members);
  const [isAdding, setAdding] = useState(false);
  return (
    <section>
      <h3>Members</h3>
      {isAdmin && (
        <button type="button" className="wide" onClick={() => setAdding(true)}>
          <UserPlus aria-hidden="true" /> Add people
        </button>
      )}
      {status === 'loading' && !members.length && <span className="spinner" role="status" aria-label="Loading the members" />}
      {error && <p className="error">{explain(error)}</p>}
      <ul className="members">
        {members.map(member => (
          <MemberRow key={member.userId} member={member} />
        ))}
      </ul>
      {isAdding && <AddPeople onClose={() => setAdding(false)} />}
    </section>
  );
}

function MemberRow({ member }: { readonly member: MemberView }) {
  const { conversationId, me } = useHere();
  const { userId, role, state } = member;
  const name = useName(userId, conversationId);
  const ids = useMemo(() => [userId], [userId]);
  const online = usePresence(ids, conversationId).get(userId)?.online;
  const [anchor, setAnchor] = useState<DOMRect>();
  const person = usePerson(userId, name);
  const own = useItems(member);
  const items = userId === me ? [] : [...own, ...person.items];
  const what = state === 'invited' ? 'invited' : role === 'member' ? '' : role;
  return (
    <li>
      <UserAvatar userId={userId} conversationId={conversationId} isOnline={online} size="small" />
      <span className="name" dir="auto">
        {userId === me ? 'You' : name}
      </span>
      <span className="quiet">{what}</span>
      {items.length > 0 && (
        <IconButton
          label={`More about ${name}`}
          icon={MoreHorizontal}
          aria-haspopup="menu"
          onClick={event => setAnchor(event.currentTarget.getBoundingClientRect())}
        />
      )}
      {anchor && <Menu label={name} anchor={anchor} items={items} onClose={() => setAnchor(undefined)} />}
      {person.dialog}
    </li>
  );
}

function useItems({ userId, role, state }: MemberView): readonly MenuItem[] {
  const chat = useChat();
  const { conversation, isOwner, isAdmin, isChannel } = useHere();
  const isActive = state === 'active';
  const write = async () => go(to.conversation((await chat.startDirect(userId)).conversationId));
  const mayRemove = isOwner || (isAdmin && role === 'member');
  const all: readonly (MenuItem | false)[] = [
    { label: 'Write to them', icon: MessageCircle, onSelect: () => void outcome(write()) },
    isOwner &&
      isActive &&
      role === 'member' && {
        label: 'Make an admin',
        icon: ShieldCheck,
        onSelect: () => void outcome(conversation.setRole(userId, 'admin')),
      },
    isOwner &&
      isActive &&
      role === 'admin' && {
        label: 'Make a member',
        icon: ShieldOff,
        onSelect: () => void outcome(conversation.setRole(userId, 'member')),
      },
    isOwner &&
      isActive && {
        label: isChannel ? 'Hand the channel over' : 'Hand the group over',
        icon: Crown,
        onSelect: () =>
          void outcome(conversation.transferOwnership(userId), `They own the ${isChannel ? 'channel' : 'group'} now.`),
      },
    mayRemove && {
      label: 'Remove',
      icon: UserMinus,
      isDangerous: true,
      onSelect: () => void outcome(conversation.removeMember(userId), 'Removed.'),
    },
  ];
  return all.filter(item => item !== false);
}

function AddPeople({ onClose }: { readonly onClose: () => void }) {
  const { conversation } = useHere();
  const [people, setPeople] = useState<readonly string[]>([]);
  return (
    <FormDialog
      title="Add people"
      submit="Add"
      isReady={people.length > 0}
      onSubmit={() => conversation.addMembers(people)}
      onClose={onClose}
    >
      <PeopleField label="Who" suggestions={[]} onChange={setPeople} />
      <p className="hint">Those who don’t let you add them are invited.</p>
    </FormDialog>
  );
}
