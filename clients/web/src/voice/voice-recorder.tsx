import type { Media } from '@chat-functions/client/media';
import type { Voice } from '@chat-functions/client/voice';
import { useChat } from '@chat-functions/react';
import { useRecorder } from '@chat-functions/react/voice';
import { SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { mediaModule } from '../photos/choose.ts';
import { IconButton } from '../ui/button.tsx';
import { outcome } from '../ui/notices.tsx';
import { clock } from './clock.ts';
import { stopPlaying } from './player.ts';

interface VoiceRecorderProps {
  readonly onVoice: (media: Media, voice: Voice) => void;
  readonly onClose: () => void;
}

/** As many levels as are shown while it is recorded. */
const shown = 48;

/** Records in place of the composer, from when it is there. */
export default function VoiceRecorder({ onVoice, onClose }: VoiceRecorderProps) {
  const chat = useChat();
  const { status, recorded, start, finish, cancel } = useRecorder();
  // What was said is kept until it is queued.
  const [voice, setVoice] = useState<Voice>();
  const [isSending, setSending] = useState(false);
  const isCancelled = useRef(false);
  const sender = useRef<HTMLButtonElement>(null);
  const newest = useRef(onClose);
  useEffect(() => {
    newest.current = onClose;
  });
  useEffect(() => {
    stopPlaying();
    // Who sends it needs it, maybe without a connection.
    mediaModule().catch(() => {});
    void outcome(start().catch((error: unknown) => (newest.current(), Promise.reject(error))));
    sender.current?.focus();
  }, [start]);
  const close = () => {
    isCancelled.current = true;
    cancel();
    onClose();
  };
  const send = async () => {
    setSending(true);
    let said = voice;
    try {
      said ??= await finish();
      setVoice(said);
      const { mediaOf } = await mediaModule();
      if (isCancelled.current) return;
      if (said) onVoice(mediaOf(chat), said);
      onClose();
    } catch (error) {
      if (!said) onClose();
      throw error;
    } finally {
      setSending(false);
    }
  };
  const { elapsedMs, levels, isOver } = voice ? { elapsedMs: voice.durationMs, levels: voice.waveform, isOver: true } : recorded;
  const canSend = !isSending && (status === 'recording' || !!voice);
  return (
    <div
      className="composer recorder"
      role="group"
      aria-label="Voice message"
      onKeyDown={event => {
        // The key that began it may still be held.
        if (event.key === 'Enter' && event.repeat) event.preventDefault();
        if (event.key !== 'Escape') return;
        event.preventDefault();
        close();
      }}
    >
      <IconButton label="Don’t send it" icon={Trash2} onClick={close} />
      <div className="live">
        <span className={isOver ? 'dot' : 'dot is-on'} aria-hidden="true" />
        <span role="timer" aria-label="Recorded">
          {clock(elapsedMs)}
        </span>
        <span className="levels" aria-hidden="true">
          {levels.slice(-shown).map((level, index) => (
            <i key={levels.length - index} style={{ height: `${Math.max(6, level)}%` }} />
          ))}
        </span>
        <span className="unseen" role="status">
          {status === 'asking' ? 'The browser asks for the microphone' : isOver ? 'The recording has ended' : 'Recording'}
        </span>
      </div>
      <IconButton
        ref={sender}
        label="Send"
        icon={SendHorizontal}
        className="send"
        aria-disabled={!canSend}
        onClick={() => canSend && void outcome(send())}
      />
    </div>
  );
}
