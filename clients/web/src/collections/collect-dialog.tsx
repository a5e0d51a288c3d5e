import type { MessageView } from '@chat-functions/client';
import { useCollectionList, useCollections } from '@chat-functions/react/collections';
import { useState } from 'react';
import { explain } from '../format.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';

/** Asks to which collection what a message shares is added, or makes one for it. */
export default function CollectDialog({ message, onClose }: { readonly message: MessageView; readonly onClose: () => void }) {
  const { conversationId, messageId } = message;
  const collections = useCollections(conversationId);
  const { value: list, status, error } = useCollectionList(conversationId);
  const [chosen, setChosen] = useState<string>();
  const [title, setTitle] = useState('');
  const at = chosen ?? list[0]?.collectionId ?? '';
  const isNew = at === '';
  const isKnown = status !== 'loading';
  const isReady = isKnown && (!isNew || title.trim() !== '');
  const add = async () => {
    const collectionId = isNew ? await collections.create(title.trim()) : at;
    // Were it refused now, a repeat would make another one.
    setChosen(collectionId);
    await collections.add(collectionId, messageId!);
    notify('Added.');
  };
  return (
    <FormDialog title="Add to collection" submit="Add" isReady={isReady} onSubmit={add} onClose={onClose}>
      {!isKnown && <span className="spinner" role="status" aria-label="Loading the collections" />}
      {error && <p className="error">{explain(error)}</p>}
      {isKnown && (
        <fieldset>
          <legend className="unseen">Which</legend>
          {[...list, { collectionId: '', title: 'A new one' }].map(one => (
            <label key={one.collectionId} className="choice">
              <input type="radio" name="collection" checked={at === one.collectionId} onChange={() => setChosen(one.collectionId)} />
              <bdi>{one.title}</bdi>
            </label>
          ))}
        </fieldset>
      )}
      {isKnown && isNew && (
        <label>
          Title
          <input
            value={title}
            maxLength={128}
            autoComplete="off"
            required
            onChange={event => {
              setTitle(event.target.value);
              // A list that comes now doesn't choose another one.
              setChosen('');
            }}
          />
        </label>
      )}
    </FormDialog>
  );
}
