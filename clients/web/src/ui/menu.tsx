import type { LucideIcon } from 'lucide-react';
import { useLayoutEffect, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { useModal } from './dialog.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onSelect: () => void;
  readonly isDangerous?: boolean;
}

interface MenuProps {
  readonly label: string;
  /** What it belongs to; it opens beside it, within the window. On a phone it is a sheet at the bottom. */
  readonly anchor: DOMRect;
  readonly items: readonly MenuItem[];
  readonly onClose: () => void;
  /** What comes before the items. */
  readonly children?: ReactNode;
}

const margin = 8;

export function Menu({ label, anchor, items, onClose, children }: MenuProps) {
  const dialog = useModal();

  useLayoutEffect(() => {
    const element = dialog.current!;
    const { width, height } = element.getBoundingClientRect();
    const isBelow = anchor.bottom + 4 + height + margin <= innerHeight;
    const top = isBelow ? anchor.bottom + 4 : anchor.top - 4 - height;
    element.style.setProperty('--top', `${Math.max(margin, Math.min(top, innerHeight - height - margin))}px`);
    element.style.setProperty('--left', `${Math.max(margin, Math.min(anchor.right - width, innerWidth - width - margin))}px`);
    if (!children) element.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [dialog, anchor, children]);

  // It is closed first, so that focus is back where it was before the item takes it anywhere.
  const select = (item: MenuItem) => {
    flushSync(onClose);
    item.onSelect();
  };

  return (
    <dialog
      ref={dialog}
      className="menu"
      aria-label={label}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={moveFocus}
      onMouseDown={event => event.target === event.currentTarget && onClose()}
    >
      {children}
      <div role="menu" aria-label={label}>
        {items.map(item => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            className={item.isDangerous ? 'dangerous' : ''}
            onClick={() => select(item)}
          >
            <item.icon aria-hidden="true" />
            {item.label}
          </button>
        ))}
      </div>
    </dialog>
  );
}

/** Arrow keys, Home and End go through the buttons of a menu. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  buttons[(next + buttons.length) % buttons.length]?.focus();
}
