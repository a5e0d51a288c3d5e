import { MessagesSquare } from 'lucide-react';
import { useState } from 'react';
import { tokenOf } from './session.ts';
import { useSubmit } from './ui/dialog.tsx';

export function SignIn({ onSignedIn }: { readonly onSignedIn: (user: string) => void }) {
  const [name, setName] = useState('');
  const { onSubmit, isBusy, error } = useSubmit(
    () => tokenOf(name),
    () => onSignedIn(name),
    name !== '',
  );
  return (
    <main className="sign-in">
      <form onSubmit={onSubmit}>
        <span className="mark" aria-hidden="true">
          <MessagesSquare />
        </span>
        <h1>Welcome to Chat</h1>
        <label htmlFor="name">Your name</label>
        <input
          id="name"
          autoFocus
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={128}
          pattern="(?!\.{1,2}$)[A-Za-z0-9._~\-\|@:+=]+"
          title="Letters, digits and . _ ~ - | @ : + ="
          value={name}
          onChange={event => setName(event.target.value)}
          aria-describedby="sign-in-hint sign-in-error"
        />
        <button className="primary" aria-disabled={isBusy}>
          Continue
        </button>
        <p id="sign-in-error" className="error" role="alert">
          {error}
        </p>
        <p id="sign-in-hint" className="hint">
          Any name will do: this is a development sign-in. Open a second window to be somebody else.
        </p>
      </form>
    </main>
  );
}
