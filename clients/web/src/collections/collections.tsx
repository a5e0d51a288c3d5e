import { useCollectionList, useCollections } from '@chat-functions/react/collections';
import { FolderOpen, FolderPlus } from 'lucide-react';
import { useState } from 'react';
import { useHere } from '../conversation/here.ts';
import { explain } from '../format.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { CollectionDialog } from './collection-dialog.tsx';
import '../styles/collections.css';

/** The lists that the conversation's members fill with what was shared. */
export default function CollectionsSection({ onJump }: { readonly onJump: (seq: number) => void }) {
  const { conversationId } = useHere();
  const collections = useCollections(conversationId);
  const { value: list, error } = useCollectionList(conversationId);
  const [opened, setOpened] = useState<string>();
  const [isCreating, setCreating] = useState(false);
  const shown = list.find(one => one.collectionId === opened);
  return (
    <section>
      <h3>Collections</h3>
      {error && <p className="error">{explain(error)}</p>}
      <ul className="plain" aria-label="Collections">
        {list.map(({ collectionId, title }) => (
          <li key={collectionId}>
            <button type="button" className="wide" onClick={() => setOpened(collectionId)}>
              <FolderOpen aria-hidden="true" /> <bdi>{title}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="wide" onClick={() => setCreating(true)}>
        <FolderPlus aria-hidden="true" /> New collection
      </button>
      {shown && <CollectionDialog collection={shown} onJump={onJump} onClose={() => setOpened(undefined)} />}
      {isCreating && (
        <TitleDialog
          title="New collection"
          submit="Create"
          onSubmit={async title => setOpened(await collections.create(title))}
          onClose={() => setCreating(false)}
        />
      )}
    </section>
  );
}

interface TitleDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly before?: string;
  readonly onSubmit: (title: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks how a collection is called. */
export function TitleDialog({ title, submit, before = '', onSubmit, onClose }: TitleDialogProps) {
  const [name, setName] = useState(before);
  return (
    <FormDialog title={title} submit={submit} isReady={name.trim() !== ''} onSubmit={() => onSubmit(name.trim())} onClose={onClose}>
      <label>
        Title
        <input value={name} maxLength={128} autoComplete="off" required onChange={event => setName(event.target.value)} />
      </label>
    </FormDialog>
  );
}
