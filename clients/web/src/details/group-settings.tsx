import type { ConversationDetails } from '@chat-functions/client';
import { spanOf } from '../format.ts';
import { useHere } from '../conversation/here.ts';
import { useSubmit } from '../ui/dialog.tsx';
import { useField } from '../ui/field.ts';
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
      <Names details={details} />
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

/** Title, description and picture: what isn't being changed here follows what others change. */
export function Names({ details }: { readonly details: ConversationDetails }) {
  const { conversation } = useHere();
  const title = useField(details.title ?? '');
  const description = useField(details.description);
  const picture = useField(details.avatarUrl);
  const isChanged = title.text !== '' && (title.isChanged || description.isChanged || picture.isChanged);
  const { onSubmit, isBusy, error } = useSubmit(
    () =>
      conversation.update({
        ...(title.isChanged && { title: title.text }),
        ...(description.isChanged && { description: description.text || null }),
        ...(picture.isChanged && { avatarUrl: picture.text || null }),
      }),
    () => {
      for (const field of [title, description, picture]) field.saved();
      notify('Saved.');
    },
    isChanged,
  );
  return (
    <form onSubmit={onSubmit}>
      <label>
        Title
        <input value={title.value} maxLength={128} onChange={event => title.onChange(event.target.value)} />
      </label>
      <label>
        Description
        <textarea rows={2} value={description.value} maxLength={512} onChange={event => description.onChange(event.target.value)} />
      </label>
      <PictureField value={picture.value} onChange={picture.onChange} />
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
