import type { Collection, CollectionItem } from '@chat-functions/client/collections';
import { useCollectionItems, useCollections } from '@chat-functions/react/collections';
import { GripVertical, Pencil, Trash2, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useHere } from '../conversation/here.ts';
import { explain } from '../format.ts';
import { to } from '../route.ts';
import { IconButton } from '../ui/button.tsx';
import { Dialog, FormDialog } from '../ui/dialog.tsx';
import { announce, outcome } from '../ui/notices.tsx';
import { TitleDialog } from './collections.tsx';
import { ItemPicture, nameOf } from './item.tsx';

interface CollectionDialogProps {
  readonly collection: Collection;
  readonly onJump: (seq: number) => void;
  readonly onClose: () => void;
}

/** What is in a collection, in the order that its members put it. */
export function CollectionDialog({ collection, onJump, onClose }: CollectionDialogProps) {
  const { collectionId, title, createdBy } = collection;
  const { conversationId, isGroup, isAdmin, me } = useHere();
  const collections = useCollections(conversationId);
  const { value: items, status, error } = useCollectionItems(conversationId, collectionId);
  const [asking, setAsking] = useState<'name' | 'delete'>();
  const { list, over, handle } = useOrder(items, (itemId, after) => outcome(collections.move(collectionId, itemId, after)));
  const mayDelete = !isGroup || isAdmin || createdBy === me;
  return (
    <Dialog title={title} onClose={onClose}>
      {status === 'loading' && <span className="spinner" role="status" aria-label="Loading the collection" />}
      {error && <p className="error">{explain(error)}</p>}
      {status === 'ready' && !items.length && <p className="empty">Nothing is in it yet. Add what was shared by a message’s menu.</p>}
      <p id="how-to-move" className="unseen">
        The arrow keys move it up and down.
      </p>
      <ol ref={list} className="collection" aria-label={`In ${title}`}>
        {items.map((item, index) => (
          <li key={item.itemId} className={over === index ? 'is-over' : over === items.length && index === over - 1 ? 'is-over-end' : ''}>
            <IconButton
              label={`Move ${nameOf(item)}`}
              icon={GripVertical}
              className="handle"
              aria-describedby="how-to-move"
              {...handle(index)}
            />
            <ItemPicture item={item} />
            {item.message ? (
              <a
                href={to.conversation(conversationId)}
                dir="auto"
                onClick={() => {
                  onJump(item.message!.seq);
                  onClose();
                }}
              >
                {nameOf(item)}
              </a>
            ) : (
              <span className="quiet">{nameOf(item)}</span>
            )}
            <IconButton
              label={`Take ${nameOf(item)} out`}
              icon={X}
              onClick={event => {
                // The row takes the focus with it.
                const row = event.currentTarget.closest('li')!;
                (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>('.handle')?.focus();
                void outcome(collections.remove(collectionId, item.itemId));
              }}
            />
          </li>
        ))}
      </ol>
      <div className="buttons">
        <button type="button" onClick={() => setAsking('name')}>
          <Pencil aria-hidden="true" /> Rename
        </button>
        {mayDelete && (
          <button type="button" className="dangerous" onClick={() => setAsking('delete')}>
            <Trash2 aria-hidden="true" /> Delete
          </button>
        )}
      </div>
      {asking === 'name' && (
        <TitleDialog
          title="Rename the collection"
          submit="Rename"
          before={title}
          onSubmit={name => collections.rename(collectionId, name)}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === 'delete' && (
        <FormDialog
          title={`Delete ${title}?`}
          submit="Delete"
          isDangerous
          onSubmit={() => collections.delete(collectionId).then(onClose)}
          onClose={() => setAsking(undefined)}
        >
          <p>It goes for everybody. What it shows stays in its messages.</p>
        </FormDialog>
      )}
    </Dialog>
  );
}

/** Moves items by their handles: by the arrow keys, and by dragging. `over` is before which one a dragged one would be put. */
function useOrder(items: readonly CollectionItem[], move: (itemId: string, after: string | null) => void) {
  const list = useRef<HTMLOListElement>(null);
  const [over, setOver] = useState<number>();
  const focused = useRef<string>(undefined);

  // What moves in the document loses the focus.
  useLayoutEffect(() => {
    const at = items.findIndex(({ itemId }) => itemId === focused.current);
    if (at >= 0) list.current?.children[at]?.querySelector<HTMLElement>('.handle')?.focus();
    focused.current = undefined;
  }, [items]);

  /** Puts an item before another one; at the end there is none. */
  const put = (from: number, before: number) => {
    if (before === from || before === from + 1 || before < 0 || before > items.length) return;
    const { itemId } = items[from]!;
    focused.current = itemId;
    move(itemId, items[before - 1]?.itemId ?? null);
    announce(`Moved to place ${before > from ? before : before + 1} of ${items.length}.`);
  };
  const beforeAt = (y: number) => {
    const rows = [...list.current!.children].map(row => row.getBoundingClientRect());
    const at = rows.findIndex(({ top, height }) => y < top + height / 2);
    return at < 0 ? rows.length : at;
  };
  const handle = (index: number) => ({
    onKeyDown: (event: KeyboardEvent) => {
      const before = { ArrowUp: index - 1, ArrowDown: index + 2 }[event.key];
      if (before === undefined) return;
      event.preventDefault();
      put(index, before);
    },
    onPointerDown: (event: PointerEvent<HTMLElement>) => event.currentTarget.setPointerCapture(event.pointerId),
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) setOver(beforeAt(event.clientY));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      // Where it is now: what was drawn last may be behind.
      if (event.currentTarget.hasPointerCapture(event.pointerId)) put(index, beforeAt(event.clientY));
      setOver(undefined);
    },
    onPointerCancel: () => setOver(undefined),
  });
  return { list, over, handle };
}
