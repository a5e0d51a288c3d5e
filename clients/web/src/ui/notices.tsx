import { useSyncExternalStore } from 'react';
import { explain } from '../format.ts';

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly isError: boolean;
}

let notices: readonly Notice[] = [];
let announcement = '';
let next = 0;
const listeners = new Set<() => void>();

function changed() {
  listeners.forEach(listener => listener());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says something for a few seconds. */
export function notify(text: string, isError = false): void {
  const notice = { id: next++, text, isError };
  notices = [...notices.slice(-2), notice];
  changed();
  setTimeout(() => dismiss(notice.id), isError ? 10_000 : 4_000);
}

function dismiss(id: number) {
  notices = notices.filter(notice => notice.id !== id);
  changed();
}

/** Says something to those who listen, and shows nothing. */
export function announce(text: string): void {
  announcement = text;
  changed();
}

/** Says what came of something: nothing, or `done`, if it succeeded, and why if it didn't. */
export async function outcome(promise: Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await promise;
    if (done) notify(done);
    return true;
  } catch (refusal) {
    notify(explain(refusal), true);
    return false;
  }
}

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  const said = useSyncExternalStore(subscribe, () => announcement);
  return (
    <>
      <div className="notices" role="status">
        {shown.map(({ id, text, isError }) => (
          <button key={id} type="button" className={isError ? 'notice refused' : 'notice'} title="Dismiss" onClick={() => dismiss(id)}>
            {text}
          </button>
        ))}
      </div>
      <p className="unseen" aria-live="polite" id="announcer">
        {said}
      </p>
    </>
  );
}
