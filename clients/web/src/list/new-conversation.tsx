import { useChat, useConversations } from '@chat-functions/react';
import { useState } from 'react';
import { go, to } from '../route.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { PeopleField } from '../ui/people-field.tsx';

/** Asks with whom, and how a group is called. It stays until there is a conversation, so that nothing is typed elsewhere meanwhile. */
export default function NewConversation({ onClose }: { readonly onClose: () => void }) {
  const chat = useChat();
  const [people, setPeople] = useState<readonly string[]>([]);
  const [title, setTitle] = useState('');
  const known = useConversations('all').conversations.flatMap(one => one.peer ?? []);
  const isGroup = people.length > 1 || title.trim() !== '';
  const isReady = people.length > 0 && (people.length === 1 || title.trim() !== '');
  const create = async () => {
    const conversation = isGroup ? await chat.createGroup({ title: title.trim(), members: people }) : await chat.startDirect(people[0]!);
    go(to.conversation(conversation.conversationId));
  };
  return (
    <FormDialog
      title="New conversation"
      submit={isGroup ? 'Create the group' : 'Start'}
      isReady={isReady}
      onSubmit={create}
      onClose={onClose}
    >
      <PeopleField label="With" suggestions={known} onChange={setPeople} />
      <label>
        Title, for a group
        <input
          value={title}
          maxLength={128}
          autoComplete="off"
          onChange={event => setTitle(event.target.value)}
          required={people.length > 1}
        />
      </label>
    </FormDialog>
  );
}
