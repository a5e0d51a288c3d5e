import { ChatError, type ChatEventType } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { useEffect, useRef, useState } from 'react';

interface Asked<T> {
  readonly value?: T;
  readonly error?: unknown;
}

/** How long until what the service couldn't answer is asked again, in ms, unless it says when. */
const again = 2_000;

/** What is asked for when it is mounted, once more after each of these events, and again while the service can't answer. */
export function useAsked<T>(
  ask: () => Promise<T>,
  ...types: readonly ChatEventType[]
): Asked<T> & { readonly reload: () => Promise<void> } {
  const chat = useChat();
  const [answer, setAnswer] = useState<Asked<T>>({});
  const turn = useRef(0);
  const timer = useRef(0);
  const reload = async () => {
    const mine = ++turn.current;
    clearTimeout(timer.current);
    // Only the newest question's answer counts.
    const show = (next: Asked<T>) => mine === turn.current && setAnswer(next);
    await ask().then(
      value => show({ value }),
      (error: unknown) => {
        show({ error });
        if (mine !== turn.current || !(error instanceof ChatError && error.isTransient)) return;
        timer.current = window.setTimeout(() => void reload(), Math.max(again, error.retryAfter * 1000));
      },
    );
  };
  useEffect(() => {
    void reload();
    const ends = types.map(type => chat.on(type, () => void reload()));
    return () => {
      turn.current++;
      clearTimeout(timer.current);
      ends.forEach(end => end());
    };
    // What it is about doesn't change while the component is mounted.
  }, [chat]);
  return { ...answer, reload };
}

/** All pages of a list. */
export async function allPages<P extends { readonly continuation: string | null }, T>(
  ask: (query: { readonly limit: number; readonly continuation?: string }) => Promise<P>,
  items: (page: P) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  let continuation: string | undefined;
  do {
    const page = await ask({ limit: 100, ...(continuation && { continuation }) });
    found.push(...items(page));
    continuation = page.continuation ?? undefined;
  } while (continuation);
  return found;
}
