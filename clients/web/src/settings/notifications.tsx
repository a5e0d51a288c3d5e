import { useState } from 'react';
import { useMe } from '../names.ts';
import { canNotify, chooseNotifying, notifying, type Notifying } from '../notifications.ts';

/** Whether messages are told of while the user looks elsewhere. */
export function Notifications() {
  const me = useMe();
  const [kind, setKind] = useState(() => notifying(me));
  if (!canNotify) return null;
  const choose = async (choice: Notifying) => {
    await chooseNotifying(me, choice);
    setKind(notifying(me));
  };
  const isDenied = Notification.permission === 'denied';
  return (
    <section>
      <h3>Notifications</h3>
      <label className="choice">
        <input
          type="checkbox"
          className="switch"
          checked={kind !== 'off'}
          disabled={isDenied}
          onChange={event => void choose(event.target.checked ? 'all' : 'off')}
        />
        Tell me of new messages while I look elsewhere
      </label>
      {kind !== 'off' && (
        <label className="choice">
          <input
            type="checkbox"
            className="switch"
            checked={kind === 'all'}
            onChange={event => void choose(event.target.checked ? 'all' : 'discreet')}
          />
          Show what they say
        </label>
      )}
      <p className="hint">
        {isDenied
          ? 'Your browser doesn’t let this page notify you: change that in the browser’s settings.'
          : 'On this device, as long as the page is open in some window.'}
      </p>
    </section>
  );
}
