import { useState } from 'react';

/** What a field says: what is known, as it comes; once something is typed that, whatever comes. */
export function useField(known = '', tidied = (text: string) => text.trim()) {
  const [typed, setTyped] = useState<string>();
  if (typed === known) setTyped(undefined);
  const value = typed ?? known;
  const text = tidied(value);
  return {
    value,
    onChange: setTyped,
    /** What is to be saved. */
    text,
    isChanged: text !== tidied(known),
    /** It was saved, and is known: it is followed again, unless something else was typed since. */
    saved: () => setTyped(now => (now === value ? undefined : now)),
  };
}
