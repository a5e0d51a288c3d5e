import { useStreak } from '@chat-functions/react/sharing';
import { Flame as Icon } from 'lucide-react';
import { plural } from '../format.ts';

/** What a streak that shows is called. */
const words = { active: 'in a row', grey: 'in a row, about to end', lost: 'in a row, lost' } as const;

export default function Flame({ conversationId }: { readonly conversationId: string }) {
  const { streak } = useStreak(conversationId);
  if (!streak || streak.state === 'off' || streak.state === 'none') return null;
  const canRestore = streak.state === 'lost' && streak.restoresLeft > 0;
  const label = `${plural(streak.days, 'day')} ${words[streak.state]}${canRestore ? ': it can be restored' : ''}`;
  return (
    <span className="streak" data-state={streak.state} role="img" aria-label={label} title={label}>
      <Icon aria-hidden="true" />
      {streak.days}
    </span>
  );
}
