import type { ConversationView } from '@chat-functions/client';
import { lazy, Suspense } from 'react';
import { Boundary } from '../ui/boundary.tsx';

const Flame = lazy(() => import('./flame.tsx'));

/** A streak that nobody adds to is over after this, in ms: two days in which it can be saved, two to restore it, and one for the zones. */
const longest = 5 * 86_400_000;

interface StreakProps {
  readonly summary: Pick<ConversationView, 'conversationId' | 'kind' | 'activityAt'> | undefined;
}

/** The days in a row on which both wrote, where there may be any: for others nothing is asked. A list does without. */
export function Streak({ summary }: StreakProps) {
  if (summary?.kind !== 'direct' || Date.now() - Date.parse(summary.activityAt) > longest) return null;
  return (
    <Boundary>
      <Suspense>
        <Flame conversationId={summary.conversationId} />
      </Suspense>
    </Boundary>
  );
}
