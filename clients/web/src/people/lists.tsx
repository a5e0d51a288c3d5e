import { useChat, useObservable } from '@chat-functions/react';
import { allPages, useAsked } from '../asked.ts';
import { explain } from '../format.ts';
import { useName } from '../names.ts';
import { outcome } from '../ui/notices.tsx';

/** Whom the user blocks, mutes and restricts, and the way back. */
export function PeopleLists() {
  const chat = useChat();
  const blocks = useObservable(chat.blocks);
  const mutes = useObservable(chat.mutes);
  const restrictions = useAsked(
    () =>
      allPages(
        query => chat.api.get('/restrictions', { query }),
        page => page.restrictions.map(({ userId }) => userId),
      ),
    'restriction.updated',
  );
  return (
    <>
      <List title="Blocked" verb="Unblock" people={blocks.value} error={blocks.error} undo={userId => chat.unblock(userId)} />
      <List
        title="Muted"
        verb="Unmute"
        people={mutes.value}
        error={mutes.error}
        undo={userId => chat.api.delete('/mutes/{userId}', { path: { userId } })}
      />
      <List
        title="Restricted"
        verb="Unrestrict"
        people={restrictions.value ?? []}
        error={restrictions.error}
        undo={userId => chat.api.delete('/restrictions/{userId}', { path: { userId } })}
      />
    </>
  );
}

interface ListProps {
  readonly title: string;
  readonly verb: string;
  readonly people: readonly string[];
  readonly error: unknown;
  readonly undo: (userId: string) => Promise<unknown>;
}

function List({ title, verb, people, error, undo }: ListProps) {
  return (
    <section>
      <h3>{title}</h3>
      {error !== undefined && <p className="error">{explain(error)}</p>}
      {!people.length && <p className="quiet">Nobody.</p>}
      <ul className="plain">
        {people.map(userId => (
          <li key={userId}>
            <Name userId={userId} />
            <button
              type="button"
              aria-label={`${verb} ${userId}`}
              onClick={() => outcome(undo(userId), `${userId} isn’t ${title.toLowerCase()} any more.`)}
            >
              {verb}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Name({ userId }: { readonly userId: string }) {
  const name = useName(userId);
  return (
    <span className="name" dir="auto">
      {name}
    </span>
  );
}
