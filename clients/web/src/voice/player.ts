import { useEffect, useRef, useState } from 'react';

/** What plays now: one at a time. */
let playing: HTMLAudioElement | undefined;

/** Pauses what plays, as somebody begins to speak. */
export const stopPlaying = (): void => playing?.pause();

export interface Player {
  readonly isPlaying: boolean;
  /** Where it is, in seconds. */
  readonly at: number;
  /** Whether what is at the address can't be played. */
  readonly isBroken: boolean;
  toggle(): void;
  seek(seconds: number): void;
}

/** Plays what is at an address; the newest one, as addresses end. */
export function usePlayer(url: string | undefined): Player {
  const audio = useRef<HTMLAudioElement>(undefined);
  const [isPlaying, setPlaying] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [at, setAt] = useState(0);

  useEffect(() => {
    const own = new Audio();
    own.preload = 'none';
    audio.current = own;
    let frame = 0;
    const follow = () => {
      setAt(own.currentTime);
      frame = requestAnimationFrame(follow);
    };
    const stopped = () => {
      cancelAnimationFrame(frame);
      setPlaying(false);
      if (playing === own) playing = undefined;
    };
    own.onplay = () => {
      setBroken(false);
      if (playing !== own) playing?.pause();
      playing = own;
      setPlaying(true);
      cancelAnimationFrame(frame);
      follow();
    };
    own.onpause = stopped;
    own.onended = () => {
      stopped();
      own.currentTime = 0;
      setAt(0);
    };
    own.onerror = () => {
      stopped();
      setBroken(true);
    };
    return () => {
      own.onplay = own.onpause = own.onended = own.onerror = null;
      own.pause();
      stopped();
      own.removeAttribute('src');
      // Only this ends what is still being fetched.
      own.load();
    };
  }, []);

  /** Where it was is kept when the address is another one, or is tried again. */
  const load = () => {
    const own = audio.current!;
    if (!url || (own.src === url && !own.error)) return;
    own.src = url;
    own.currentTime = at;
  };
  return {
    isPlaying,
    at,
    isBroken,
    toggle: () => {
      const own = audio.current!;
      if (!own.paused && !own.error) return own.pause();
      load();
      // One that was paused before it came is aborted.
      own.play().catch((error: unknown) => (error as DOMException).name !== 'AbortError' && setBroken(true));
    },
    seek: seconds => {
      setAt(seconds);
      if (audio.current!.src) audio.current!.currentTime = seconds;
    },
  };
}
