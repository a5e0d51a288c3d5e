import type { MessageView } from '@chat-functions/client';
import { useConnection, type Messages } from '@chat-functions/react';
import { ArrowDown } from 'lucide-react';
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react';
import { Virtualizer, type CustomContainerComponentProps, type VirtualizerHandle } from 'virtua';
import { cut, explain, plural } from '../format.ts';
import { OpenedPhoto } from '../photos/opened.tsx';
import type { Answering } from './composer.tsx';
import { useHere } from './here.ts';
import { MessageRow } from './message-row.tsx';
import { rowsOf, type Row } from './rows.ts';
import { useUnexpired } from './unexpired.ts';

export interface TimelineHandle {
  jumpTo(seq: number): void;
  toLatest(): void;
}

interface TimelineProps {
  readonly ref?: Ref<TimelineHandle>;
  readonly messages: Messages;
  readonly onAnswer: (answering: Answering) => void;
  /** What comes before the first message. */
  readonly label?: string;
  readonly isThread?: boolean;
}

/** Closer to an edge than this, in px, is at it. */
const edge = 80;

/** The rows that a screen shows, or a few more. */
const screenful = 20;

/** What is above the first message, in px; as `.edge` has it. */
const edgeHeight = 48;

/**
 * The list's element. While the list scrolls, and for 150 ms after that, virtua lets nothing in it be pressed. A press on a
 * photo would be lost then, and a press that began before has its end elsewhere, so that it is no click.
 */
function List({ style, ...rest }: CustomContainerComponentProps) {
  return <ol {...rest} style={{ ...style, pointerEvents: undefined }} />;
}

/** The messages, of which those near the screen are in the document. They are one tab stop: arrow keys go through them. */
export function Timeline({ ref, messages: state, onAnswer, label = 'Messages', isThread = false }: TimelineProps) {
  const { conversation, summary } = useHere();
  const { messages, status, hasBefore, hasAfter, firstUnreadSeq, loadBefore, loadAfter, jumpTo } = state;
  const shown = useUnexpired(messages);
  const all = useMemo(() => rowsOf(shown, firstUnreadSeq), [shown, firstUnreadSeq]);
  // Rows above the end that nobody sees would be rendered before the first picture.
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && !hasAfter && !firstUnreadSeq;
  const rows = useMemo(() => (isCut ? all.slice(-screenful) : all), [all, isCut]);
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const wasAtEnd = useRef(true);
  const lastTop = useRef(0);
  const [target, setTarget] = useState<number>();
  const [flashed, setFlashed] = useState<number>();
  const [active, setActive] = useState<string>();
  const isReady = useRef(false);

  const isPrepended = useIsPrepended(rows);
  const newCount = useNewOnes(rows, isAtEnd && !hasAfter, hasAfter ? summary?.unreadCount : undefined);
  const activeKey = rows.some(row => row.key === active) ? active : rows.at(-1)?.key;

  /** Says how far the user has seen, and asks for more near an edge. */
  const look = useCallback(() => {
    const [view, element] = [list.current, scroller.current];
    if (!view || !element || !isReady.current) return;
    const rest = element.scrollHeight - element.clientHeight - element.scrollTop;
    // Only who scrolls back leaves the end: what grows below doesn't take anybody away from it.
    if (rest < edge) wasAtEnd.current = true;
    else if (element.scrollTop < lastTop.current - 1) {
      // A jump to the end that still waits for rows to be measured would take them back.
      if (wasAtEnd.current) view.scrollTo(element.scrollTop);
      wasAtEnd.current = false;
    }
    lastTop.current = element.scrollTop;
    setAtEnd(wasAtEnd.current);
    if (hasBefore && isWhole && element.scrollTop < 10 * edge) void loadBefore();
    if (hasAfter && rest < 10 * edge) void loadAfter();
    const lastSeen = wasAtEnd.current ? rows.length - 1 : view.findItemIndex(view.scrollOffset + view.viewportSize) - 1;
    const seq = rows.slice(0, lastSeen + 1).findLast(row => row.message.seq !== undefined)?.message.seq;
    if (seq !== undefined && !isThread) conversation.read(seq);
  }, [conversation, rows, isWhole, hasBefore, hasAfter, loadBefore, loadAfter, isThread]);

  const toLatest = useCallback(() => {
    if (hasAfter) void jumpTo('newest');
    wasAtEnd.current = true;
    setAtEnd(true);
    list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [hasAfter, jumpTo, rows]);

  useImperativeHandle(ref, () => ({ jumpTo: setTarget, toLatest }), [toLatest]);

  // At first the unread line, or the end; after that the end for those who are there.
  useLayoutEffect(() => {
    if (!rows.length || !list.current) return;
    if (!isReady.current) {
      isReady.current = true;
      const unread = rows.findIndex(row => row.isFirstUnread);
      if (unread > 0 && unread < rows.length - 1) {
        wasAtEnd.current = false;
        setAtEnd(false);
        list.current.scrollToIndex(unread, { align: 'start', offset: -edge });
        return;
      }
    }
    if (wasAtEnd.current && target === undefined) list.current.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [rows, target]);

  const isEmpty = !rows.length;
  useEffect(() => {
    if (isEmpty || isWhole) return;
    // After the first picture.
    const frame = requestAnimationFrame(() => setWhole(true));
    return () => cancelAnimationFrame(frame);
  }, [isEmpty, isWhole]);

  useEffect(look, [look]);
  useEffect(() => {
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [look]);

  // What is jumped to may have to be fetched first.
  useEffect(() => {
    if (target === undefined) return;
    const index = rows.findIndex(row => row.message.seq === target);
    if (index < 0) {
      if (isWhole) void jumpTo(target);
      return;
    }
    wasAtEnd.current = false;
    setAtEnd(false);
    list.current?.scrollToIndex(index, { align: 'center' });
    setActive(rows[index]!.key);
    setFlashed(target);
    setTarget(undefined);
    setTimeout(() => setFlashed(undefined), 2_000);
  }, [target, rows, isWhole, jumpTo]);

  const focus = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActive(row.key);
    list.current?.scrollToIndex(index, { align: 'nearest' });
    const take = (tries: number) => {
      const element = scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`);
      if (element) element.focus({ preventScroll: true });
      else if (tries > 0) requestAnimationFrame(() => take(tries - 1));
    };
    take(10);
  };

  const move = (event: KeyboardEvent) => {
    if (!(event.target as HTMLElement).matches('[data-key]')) return;
    const at = rows.findIndex(row => row.key === activeKey);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focus(next);
  };

  return (
    <div className="timeline">
      <div ref={scroller} className="scroll" onKeyDown={move} role="region" aria-label={label} tabIndex={rows.length ? undefined : 0}>
        <Edge state={state} isThread={isThread} />
        <OpenedPhoto messages={shown}>
          <Virtualizer
            ref={list}
            as={List}
            item="li"
            data={rows}
            shift={isPrepended}
            startMargin={edgeHeight}
            scrollRef={scroller}
            onScroll={look}
            onResize={() => {
              if (wasAtEnd.current && target === undefined) list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
              else look();
            }}
          >
            {row => (
              <MessageRow
                key={row.key}
                row={row}
                isActive={row.key === activeKey}
                isFlashed={flashed !== undefined && row.message.seq === flashed}
                isThread={isThread}
                onFocus={setActive}
                onAnswer={onAnswer}
                onJump={setTarget}
              />
            )}
          </Virtualizer>
        </OpenedPhoto>
        {status === 'ready' && !rows.length && !isThread && <p className="empty">Nothing was said yet.</p>}
      </div>
      {(!isAtEnd || hasAfter) && rows.length > 0 && (
        <button
          type="button"
          className="to-latest"
          onClick={toLatest}
          aria-label={newCount ? `Jump to the latest, ${plural(newCount, 'new message')}` : 'Jump to the latest'}
        >
          <ArrowDown aria-hidden="true" />
          {newCount > 0 && <span className="badge">{cut(newCount)}</span>}
        </button>
      )}
    </div>
  );
}

/** What is above the first message; it takes the room that few messages leave. */
function Edge({ state, isThread }: { readonly state: Messages; readonly isThread: boolean }) {
  const { status, hasBefore, hasHole, error, messages, loadBefore } = state;
  const isOffline = useConnection().status === 'offline';
  const isWaiting = status === 'loading' || hasBefore || hasHole;
  return (
    <div className="edge" role="status">
      {error && status !== 'gone' ? (
        <>
          <span className="error">{isOffline ? 'What isn’t on this device comes when you are online.' : explain(error)}</span>
          {!isOffline && error.isTransient && (
            <button type="button" onClick={() => void loadBefore()}>
              Try again
            </button>
          )}
        </>
      ) : isWaiting && status !== 'gone' ? (
        <span className="spinner" role="status" aria-label="Loading messages" />
      ) : messages.length && !isThread ? (
        'This is the beginning.'
      ) : null}
    </div>
  );
}

/** Whether rows came before those that there were, or went from there: the place on the screen stays then. */
function useIsPrepended(rows: readonly Row[]): boolean {
  const [known, setKnown] = useState({ rows, isPrepended: false });
  if (known.rows === rows) return known.isPrepended;
  const first = known.rows[0]?.key;
  const now = rows[0]?.key;
  const has = (list: readonly Row[], key: string | undefined) => key !== undefined && list.some(row => row.key === key);
  const isPrepended = now !== first && (has(rows, first) || has(known.rows, now));
  setKnown({ rows, isPrepended });
  return isPrepended;
}

/** How many of others came since the user was at the end; `unread` where the rows don't reach that far. */
function useNewOnes(rows: readonly Row[], isAtEnd: boolean, unread: number | undefined): number {
  const newest = (list: readonly Row[]) => list.findLast(row => row.message.seq !== undefined)?.message.seq ?? 0;
  const [seen, setSeen] = useState(() => newest(rows));
  const now = newest(rows);
  if ((isAtEnd || !seen) && now > seen) setSeen(now);
  const isNew = ({ isMine, seq = 0 }: MessageView) => !isMine && seq > seen;
  if (unread !== undefined) return unread;
  return isAtEnd || !seen ? 0 : rows.filter(row => isNew(row.message)).length;
}
