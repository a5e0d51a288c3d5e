import { useRef, type PointerEvent } from 'react';

/** Calls back when a finger rests on something, which not every phone takes for a context menu. */
export function useLongPress(pressed: () => void) {
  const timer = useRef(0);
  const end = () => clearTimeout(timer.current);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType === 'touch') timer.current = window.setTimeout(pressed, 500);
    },
    onPointerUp: end,
    onPointerMove: end,
    onPointerCancel: end,
  };
}
