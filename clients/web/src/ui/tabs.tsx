import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';

interface TabsProps<K extends string> {
  /** What labels all of them. */
  readonly labelledBy: string;
  readonly tabs: readonly (readonly [key: K, label: string, ...more: readonly unknown[]])[];
  readonly chosen: K;
  readonly onChoose: (key: K) => void;
  /** What the chosen one shows. */
  readonly children: ReactNode;
}

/** One tab stop; arrow keys, Home and End go through it and choose. */
export function Tabs<K extends string>({ labelledBy, tabs, chosen, onChoose, children }: TabsProps<K>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const key = (event: KeyboardEvent) => {
    const at = tabs.findIndex(([key]) => key === chosen);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = (next + tabs.length) % tabs.length;
    onChoose(tabs[index]![0]);
    list.current!.querySelectorAll('button')[index]!.focus();
  };
  return (
    <>
      <div ref={list} role="tablist" aria-labelledby={labelledBy} className="tabs" onKeyDown={key}>
        {tabs.map(([key, label]) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            aria-controls={`${id}-panel`}
            aria-selected={key === chosen}
            tabIndex={key === chosen ? 0 : -1}
            onClick={() => onChoose(key)}
          >
            {label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`}>
        {children}
      </div>
    </>
  );
}
