import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { go } from '../route.ts';

/** For a pane beside another one: Escape closes it, unless something is typed there, and the focus returns to where it was. */
export function useSide(back: string) {
  const ref = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const pane = ref.current!;
    const before = document.activeElement;
    return () => {
      const isHere = pane.contains(document.activeElement) || document.activeElement === document.body;
      if (isHere && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const isCovered = document.querySelector('dialog[open]') !== null;
    if (isCovered || event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
    if (target.matches('input, textarea') && (target as HTMLInputElement).value) return;
    event.preventDefault();
    go(back);
  };
  return { ref, onKeyDown };
}
