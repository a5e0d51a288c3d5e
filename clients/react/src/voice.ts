import { record, type Recorded, type Recording, type Voice } from '@chat-functions/client/voice';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useObservable } from './hooks.js';

/** The recording of a component. It is cancelled when that is unmounted. */
export interface Recorder {
  /** `asking` while the user is asked for the microphone. */
  readonly status: 'idle' | 'asking' | 'recording';
  readonly recorded: Recorded;
  /** Begins one, where there is none. Rejects as `record` does. */
  start(): Promise<void>;
  /** Ends it; undefined where there is none. */
  finish(): Promise<Voice | undefined>;
  cancel(): void;
}

const nothing: Recorded = { elapsedMs: 0, levels: [], isOver: false };
const none = { getSnapshot: () => nothing, subscribe: () => () => {} };

/** Records voice messages. */
export function useRecorder(): Recorder {
  const [recording, setRecording] = useState<Recording | 'asking'>();
  // What runs, and whether somebody still waits for what was asked for.
  const running = useRef<Recording>(undefined);
  const wanted = useRef<object>(undefined);
  const recorded = useObservable(recording === 'asking' || !recording ? none : recording.progress);

  const end = useCallback(() => {
    const one = running.current;
    running.current = wanted.current = undefined;
    setRecording(undefined);
    return one;
  }, []);
  const cancel = useCallback(() => end()?.cancel(), [end]);
  useEffect(() => cancel, [cancel]);

  const start = useCallback(async () => {
    if (wanted.current) return;
    const own = (wanted.current = {});
    setRecording('asking');
    try {
      const one = await record();
      if (wanted.current !== own) return one.cancel();
      running.current = one;
      setRecording(one);
    } catch (error) {
      if (wanted.current === own) end();
      throw error;
    }
  }, [end]);
  const finish = useCallback(async () => end()?.finish(), [end]);

  const status = recording === 'asking' ? 'asking' : recording ? 'recording' : 'idle';
  return useMemo(() => ({ status, recorded, start, finish, cancel }), [status, recorded, start, finish, cancel]);
}
