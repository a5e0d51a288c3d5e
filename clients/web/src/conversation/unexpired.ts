import type { MessageView } from '@chat-functions/client';
import { useEffect, useMemo, useState } from 'react';

/** The longest that a timer can wait, in ms. */
const longest = 2 ** 31 - 1;

/** The messages without those that have disappeared, which they do on the second. */
export function useUnexpired(messages: readonly MessageView[]): readonly MessageView[] {
  const [now, setNow] = useState(Date.now);
  const next = useMemo(() => Math.min(...messages.map(expiryOf).filter(expiry => expiry > now)), [messages, now]);
  useEffect(() => {
    if (next === Infinity) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(Math.max(next - Date.now(), 0) + 1, longest));
    return () => clearTimeout(timer);
  }, [next]);
  return useMemo(() => {
    const instant = Math.max(now, Date.now());
    return messages.some(one => expiryOf(one) <= instant) ? messages.filter(one => expiryOf(one) > instant) : messages;
  }, [messages, now]);
}

const expiryOf = ({ expiresAt }: MessageView) => (expiresAt === undefined ? Infinity : Date.parse(expiresAt));
