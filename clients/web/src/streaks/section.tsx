import type { Streak } from '@chat-functions/client';
import { useSharing, useStreak } from '@chat-functions/react/sharing';
import { useHere } from '../conversation/here.ts';
import { momentOf, plural } from '../format.ts';
import { useSubmit } from '../ui/dialog.tsx';
import { notify, outcome } from '../ui/notices.tsx';

/** By which midnight this device counts days. */
function zoneOf(date = new Date()): string {
  const minutes = -date.getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  // In quarters of an hour.
  const size = Math.round(Math.abs(minutes) / 15) * 15;
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function explained({ state, days, graceUntil, restorableUntil, restoresLeft, wroteToday }: Streak, me: string, title: string): string {
  if (state === 'none') return 'After three days in a row on which both of you write, the days show here and in the list.';
  if (state === 'lost') {
    const can = restoresLeft ? `Either of you can restore it until ${momentOf(restorableUntil!)}.` : 'It can’t be restored any more.';
    return `${plural(days, 'day')} in a row are lost. ${can}`;
  }
  const waits = wroteToday.includes(me) ? `${title} still has to write.` : 'You still have to write.';
  const row = `${plural(days, 'day')} in a row.`;
  if (state === 'grey') return `${row} They end at ${momentOf(graceUntil!)} unless both of you write before. ${waits}`;
  return `${row} ${wroteToday.length > 1 ? 'Both of you have written today.' : waits}`;
}

/** The days in a row of a direct conversation: how it stands, getting it back, and turning it off. */
export default function StreakSection() {
  const { conversationId, me, title } = useHere();
  const sharing = useSharing();
  const { streak } = useStreak(conversationId);
  const { onSubmit: restore, isBusy, error } = useSubmit(
    () => sharing.restoreStreak(conversationId),
    () => notify('The days in a row are back.'),
  );
  if (!streak) return null;
  const { state, offBy, restoresLeft } = streak;
  const isOn = !offBy.includes(me);
  const turn = (enabled: boolean) =>
    void outcome(sharing.changeStreak(conversationId, { enabled, ...(enabled && state === 'off' && { zone: zoneOf() }) }));
  const about =
    state === 'off' ? (isOn ? `${title} doesn’t want the days to be counted.` : 'The days aren’t counted.') : explained(streak, me, title);
  return (
    <section className="streak-section">
      <h3>Days in a row</h3>
      <p className="quiet">{about}</p>
      {state === 'lost' && restoresLeft > 0 && (
        <button type="button" aria-disabled={isBusy} onClick={() => void restore()}>
          Restore it <span className="quiet">({restoresLeft} left)</span>
        </button>
      )}
      <p className="error" role="alert">
        {error}
      </p>
      <label className="choice">
        <input type="checkbox" className="switch" role="switch" checked={isOn} onChange={event => turn(event.target.checked)} />
        Count the days in a row
      </label>
    </section>
  );
}
