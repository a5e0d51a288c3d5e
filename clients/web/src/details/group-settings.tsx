import { useState } from 'react';
import { spanOf } from '../format.ts';
import { useHere } from '../conversation/here.ts';
import { useSubmit } from '../ui/dialog.tsx';
import { notify, outcome } from '../ui/notices.tsx';
import { PictureField } from '../ui/picture-field.tsx';

/** How a group is called and what holds in it; its owner and admins change that. */
export function GroupSettings() {
  const { conversation, details } = useHere();
  if (!details) return null;
  const change = (what: Parameters<typeof conversation.update>[0]) => void outcome(conversation.update(what), 'Saved.');
  return (
    <section>
      <h3>Settings</h3>
      <Names key={`${details.title}\n${details.description ?? ''}\n${details.avatarUrl ?? ''}`} />
      <label className="choice">
        <input
          type="checkbox"
          className="switch"
          checked={details.historyVisibility === 'all'}
          onChange={event => change({ historyVisibility: event.target.checked ? 'all' : 'since-joining' })}
        />
        New members see what was said before
      </label>
      <label className="choice">
        <input
          type="checkbox"
          className="switch"
          checked={details.joinPolicy === 'approval'}
          onChange={event => change({ joinPolicy: event.target.checked ? 'approval' : 'open' })}
        />
        Who comes by a link waits to be let in
      </label>
      <Span
        label="Slow mode"
        none="Off"
        choices={[10, 60, 300, 3_600]}
        value={details.slowModeSeconds ?? 0}
        onChange={value => change({ slowModeSeconds: value })}
      />
      <TimeToLive />
    </section>
  );
}

/** How long messages stay that are sent from now on. */
export function TimeToLive() {
  const { conversation, details } = useHere();
  if (!details) return null;
  return (
    <Span
      label="Messages disappear"
      none="Never"
      choices={[300, 3_600, 86_400, 604_800]}
      value={details.messageTtl ?? 0}
      onChange={value => void outcome(conversation.update({ messageTtl: value }), 'Saved. It holds for what is sent from now on.')}
    />
  );
}

/** Title, description and picture. */
export function Names() {
  const { conversation, details } = useHere();
  const [title, setTitle] = useState(details!.title ?? '');
  const [description, setDescription] = useState(details!.description ?? '');
  const [picture, setPicture] = useState(details!.avatarUrl ?? '');
  const isSame = title === details!.title && description === (details!.description ?? '') && picture === (details!.avatarUrl ?? '');
  const isChanged = title.trim() !== '' && !isSame;
  const { onSubmit, isBusy, error } = useSubmit(
    () => conversation.update({ title: title.trim(), description: description.trim() || null, avatarUrl: picture.trim() || null }),
    () => notify('Saved.'),
    isChanged,
  );
  return (
    <form onSubmit={onSubmit}>
      <label>
        Title
        <input value={title} maxLength={128} onChange={event => setTitle(event.target.value)} />
      </label>
      <label>
        Description
        <textarea rows={2} value={description} maxLength={512} onChange={event => setDescription(event.target.value)} />
      </label>
      <PictureField value={picture} onChange={setPicture} />
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

interface SpanProps {
  readonly label: string;
  readonly none: string;
  /** In seconds. */
  readonly choices: readonly number[];
  readonly value: number;
  readonly onChange: (seconds: number) => void;
}

export function Span({ label, none, choices, value, onChange }: SpanProps) {
  const all = choices.includes(value) || !value ? choices : [...choices, value].sort((a, b) => a - b);
  return (
    <label>
      {label}
      <select value={value} onChange={event => onChange(Number(event.target.value))}>
        <option value={0}>{none}</option>
        {all.map(seconds => (
          <option key={seconds} value={seconds}>
            {spanOf(seconds)}
          </option>
        ))}
      </select>
    </label>
  );
}
