import { useChat } from '@chat-functions/react';
import { useState } from 'react';
import { useAsked } from '../asked.ts';
import { explain } from '../format.ts';
import { useSubmit } from '../ui/dialog.tsx';
import { useField } from '../ui/field.ts';
import { notify } from '../ui/notices.tsx';

const ask = '/me/hidden-words';

/** Words by which requests are put aside. */
export function HiddenWords() {
  const chat = useChat();
  const { value, error } = useAsked(() => chat.api.get(ask));
  return (
    <section>
      <h3>Hidden words</h3>
      <p className="hint">A request that has one of these is put with the hidden requests, and nobody notices. One a line.</p>
      {error !== undefined && <p className="error">{explain(error)}</p>}
      {value && <Words words={value.words} />}
    </section>
  );
}

const wordsOf = (text: string) => [...new Set(text.split('\n').map(word => word.trim()))].filter(Boolean);

function Words({ words }: { readonly words: readonly string[] }) {
  const chat = useChat();
  const [known, setKnown] = useState(words);
  const { value, text, isChanged, onChange, saved } = useField(known.join('\n'), typed => wordsOf(typed).join('\n'));
  const { onSubmit, isBusy, error } = useSubmit(
    async () => {
      await chat.api.put(ask, { body: { words: wordsOf(text) } });
      setKnown(wordsOf(text));
    },
    () => {
      saved();
      notify('Saved.');
    },
    isChanged,
  );
  return (
    <form onSubmit={onSubmit}>
      <textarea rows={3} value={value} aria-label="Hidden words" onChange={event => onChange(event.target.value)} />
      <p className="error" role="alert">
        {error}
      </p>
      {isChanged && (
        <button className="primary" aria-disabled={isBusy}>
          Save
        </button>
      )}
    </form>
  );
}
