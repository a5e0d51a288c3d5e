import { X } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent } from 'react';

interface PeopleFieldProps {
  readonly label: string;
  /** Whom the user knows. */
  readonly suggestions: readonly string[];
  readonly onChange: (people: readonly string[]) => void;
}

/** User ids, one or several: a comma, a space or Enter ends each. */
export function PeopleField({ label, suggestions, onChange }: PeopleFieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const idsOf = (typed: string) => typed.split(/[\s,]+/).filter(Boolean);

  // What is being typed counts as well, so that nothing has to be ended before the form is sent.
  const put = (ids: readonly string[], rest: string) => {
    const unique = [...new Set(ids)];
    setChosen(unique);
    setText(rest);
    onChange([...new Set([...unique, ...idsOf(rest)])]);
  };
  const type = (typed: string) => {
    const ends = /[\s,]/.exec(typed);
    if (ends) put([...chosen, ...idsOf(typed)], '');
    else put(chosen, typed);
  };
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Backspace' && !text && chosen.length) put(chosen.slice(0, -1), chosen.at(-1)!);
  };

  return (
    <div className="people-field">
      <label htmlFor={id}>{label}</label>
      <div className="field" onClick={() => field.current?.focus()}>
        {chosen.map(one => (
          <span key={one} className="chip">
            {one}
            <button
              type="button"
              aria-label={`Without ${one}`}
              onClick={() =>
                put(
                  chosen.filter(other => other !== one),
                  text,
                )
              }
            >
              <X aria-hidden="true" />
            </button>
          </span>
        ))}
        <input
          id={id}
          ref={field}
          value={text}
          list={`${id}-known`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          placeholder={chosen.length ? '' : 'bob, carol'}
          onChange={event => type(event.target.value)}
          onKeyDown={key}
        />
        <datalist id={`${id}-known`}>
          {suggestions
            .filter(one => !chosen.includes(one))
            .map(one => (
              <option key={one} value={one} />
            ))}
        </datalist>
      </div>
    </div>
  );
}
