import type { OwnDecision } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { useState } from 'react';
import { useAsked } from '../asked.ts';
import { explain, momentOf } from '../format.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';

const actions: Readonly<Record<OwnDecision['action'], string>> = {
  dismiss: 'Nothing was done',
  remove: 'Messages of yours were taken back',
  warn: 'You were warned',
  restrict: 'You can’t write to strangers',
  suspend: 'You can only read',
  ban: 'You can’t use this any more',
  close: 'A conversation was closed',
  lift: 'What was decided about you was taken back',
};

/** What moderators decided about the user, and why. */
export function Decisions() {
  const chat = useChat();
  const { value, error, reload } = useAsked(() => chat.api.get('/me/decisions'), 'moderation.decided');
  const [appealed, setAppealed] = useState<OwnDecision>();
  if (error === undefined && !value?.decisions.length) return null;
  return (
    <section>
      <h3>Decisions of moderators</h3>
      {error !== undefined && <p className="error">{explain(error)}</p>}
      <ul className="plain">
        {value?.decisions.map(decision => (
          <li key={decision.decisionId}>
            <span>
              <b>{actions[decision.action]}</b>
              {decision.until && ` until ${momentOf(decision.until)}`}
              <br />
              {[decision.ground === 'law' ? 'The law' : 'The terms', decision.rule, decision.scope].filter(Boolean).join(' · ')}
              <time dateTime={decision.at}>{momentOf(decision.at)}</time>
            </span>
            {decision.canAppeal && (
              <button type="button" onClick={() => setAppealed(decision)}>
                Appeal
              </button>
            )}
          </li>
        ))}
      </ul>
      {appealed && <Appeal decision={appealed} onDone={() => void reload()} onClose={() => setAppealed(undefined)} />}
    </section>
  );
}

interface AppealProps {
  readonly decision: OwnDecision;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function Appeal({ decision: { decisionId, action }, onDone, onClose }: AppealProps) {
  const chat = useChat();
  const [text, setText] = useState('');
  const appeal = async () => {
    await chat.api.post('/me/appeals/{decisionId}', { path: { decisionId }, body: { text: text.trim() } });
    notify('Another moderator looks at it, within 7 days.');
    onDone();
  };
  return (
    <FormDialog title="Appeal" submit="Appeal" isReady={text.trim() !== ''} onSubmit={appeal} onClose={onClose}>
      <p>{actions[action]}. You can ask for another look, once.</p>
      <label>
        Why it is wrong
        <textarea rows={4} maxLength={1000} value={text} onChange={event => setText(event.target.value)} />
      </label>
    </FormDialog>
  );
}
