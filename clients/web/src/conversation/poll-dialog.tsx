import { useState } from 'react';
import { fieldOf } from '../format.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { useHere } from './here.ts';

const mostOptions = 10;

/** How long a poll may stay open, in ms. */
const longest = 364 * 86_400_000;

interface PollDialogProps {
  readonly threadId?: string;
  readonly onSent: () => void;
  readonly onClose: () => void;
}

export default function PollDialog({ threadId, onSent, onClose }: PollDialogProps) {
  const { conversation } = useHere();
  const [question, setQuestion] = useState('');
  const [options, setOptions] = useState(['', '']);
  const [multiple, setMultiple] = useState(false);
  const [closes, setCloses] = useState('');
  const given = options.map(option => option.trim()).filter(Boolean);
  const change = (index: number, text: string) => {
    const next = options.with(index, text);
    // There is always an empty one to go on with.
    if (next.at(-1) && next.length < mostOptions) next.push('');
    setOptions(next);
  };
  const send = async () => {
    conversation.send({
      poll: { question: question.trim(), options: given, multiple, ...(closes && { closesAt: new Date(closes).toISOString() }) },
      ...(threadId ? { threadId } : {}),
    });
    onSent();
  };
  return (
    <FormDialog title="New poll" submit="Send" isReady={question.trim() !== '' && given.length > 1} onSubmit={send} onClose={onClose}>
      <label>
        Question
        <input autoFocus value={question} maxLength={300} onChange={event => setQuestion(event.target.value)} />
      </label>
      <fieldset>
        <legend>Options</legend>
        {options.map((option, index) => (
          <input
            key={index}
            value={option}
            maxLength={100}
            aria-label={`Option ${index + 1}`}
            placeholder={`Option ${index + 1}`}
            onChange={event => change(index, event.target.value)}
          />
        ))}
      </fieldset>
      <label className="choice">
        <input type="checkbox" className="switch" checked={multiple} onChange={event => setMultiple(event.target.checked)} />
        Several answers
      </label>
      <label>
        Closes (empty for never)
        <input
          type="datetime-local"
          value={closes}
          min={fieldOf(new Date())}
          max={fieldOf(new Date(Date.now() + longest))}
          onChange={event => setCloses(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
