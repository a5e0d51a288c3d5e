import type { NewMessage } from '@chat-functions/client';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useAsked } from '../asked.ts';
import { fieldOf, momentOf } from '../format.ts';
import { IconButton } from '../ui/button.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { notify, outcome } from '../ui/notices.tsx';
import { useHere } from './here.ts';

interface ScheduleDialogProps {
  readonly content: NewMessage;
  readonly onScheduled: () => void;
  readonly onClose: () => void;
}

/** Sends what was written at a time of its own, and shows what waits for its. */
export default function ScheduleDialog({ content, onScheduled, onClose }: ScheduleDialogProps) {
  const { conversation } = useHere();
  const [text, setText] = useState(content.text ?? '');
  const [due, setDue] = useState(() => fieldOf(new Date(Date.now() + 3_600_000)));
  const { value: waiting = [], reload } = useAsked(() => conversation.scheduled());
  const schedule = async () => {
    await conversation.schedule({ ...content, text: text.trim() }, new Date(due));
    notify(`It will be sent ${momentOf(new Date(due).toISOString())}.`);
    onScheduled();
  };
  return (
    <FormDialog title="Send later" submit="Schedule" isReady={text.trim() !== '' && due !== ''} onSubmit={schedule} onClose={onClose}>
      <label>
        Message
        <textarea rows={3} value={text} maxLength={4000} onChange={event => setText(event.target.value)} />
      </label>
      <label>
        When
        <input
          type="datetime-local"
          value={due}
          min={fieldOf(new Date(Date.now() + 60_000))}
          onChange={event => setDue(event.target.value)}
        />
      </label>
      {waiting.length > 0 && (
        <section>
          <h3>Waiting here</h3>
          <ul className="plain">
            {waiting.map(one => (
              <li key={one.scheduledId}>
                <span>
                  {one.content.text}
                  <time dateTime={one.dueAt}>{momentOf(one.dueAt)}</time>
                </span>
                <IconButton
                  label="Don’t send it"
                  icon={Trash2}
                  onClick={() => outcome(conversation.cancelScheduled(one.scheduledId)).then(reload)}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </FormDialog>
  );
}
