import { useChat } from '@chat-functions/react';
import { useState } from 'react';
import { useAsked } from '../asked.ts';
import { explain } from '../format.ts';
import { useSubmit } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';

const ask = '/me/hidden-words';

/** Words by which requests are put aside. */
export function HiddenWords() {
  const chat = useChat();
  const { value, error, reload } = useAsked(() => chat.api.get(ask));
  return (
    <section>
      <h3>Hidden words</h3>
      <p className="hint">A request that has one of these is put with the hidden requests, and nobody notices. One a line.</p>
      {error !== undefined && <p className="error">{explain(error)}</p>}
      {value && <Words key={value.words.join('\n')} known={value.words} onSaved={() => void reload()} />}
    </section>
  );
}

function Words({ known, onSaved }: { readonly known: readonly string[]; readonly onSaved: () => void }) {
  const chat = useChat();
  const [text, setText] = useState(known.join('\n'));
  const words = [...new Set(text.split('\n').map(word => word.trim()))].filter(Boolean);
  const isChanged = words.join('\n') !== known.join('\n');
  const { onSubmit, isBusy, error } = useSubmit(
    () => chat.api.put(ask, { body: { words } }),
    () => {
      notify('Saved.');
      onSaved();
    },
    isChanged,
  );
  return (
    <form onSubmit={onSubmit}>
      <textarea rows={3} value={text} aria-label="Hidden words" onChange={event => setText(event.target.value)} />
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
