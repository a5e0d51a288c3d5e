import { useObservable } from '@chat-functions/react';
import { Check, X } from 'lucide-react';
import { useHere } from '../conversation/here.ts';
import { IconButton } from '../ui/button.tsx';
import { outcome } from '../ui/notices.tsx';

/** Who came by a link and waits to be let in. */
export function JoinRequests() {
  const { conversation } = useHere();
  const { value } = useObservable(conversation.joinRequests);
  if (!value.length) return null;
  return (
    <section>
      <h3>Waiting to be let in</h3>
      <ul className="plain">
        {value.map(({ userId }) => (
          <li key={userId}>
            <span className="name">{userId}</span>
            <span className="row">
              <IconButton
                label={`Let ${userId} in`}
                icon={Check}
                onClick={() => outcome(conversation.approve(userId), `${userId} is in.`)}
              />
              <IconButton label={`Don’t let ${userId} in`} icon={X} onClick={() => outcome(conversation.reject(userId))} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
