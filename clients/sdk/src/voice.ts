import { ChatError } from './error.js';
import type { Observable } from './observable.js';

/** A voice message that can be sent, by `mediaOf(chat).sendVoice`. */
export interface Voice {
  readonly blob: Blob;
  readonly durationMs: number;
  /** How loud it is from its beginning to its end: 64 whole numbers from 0 to 100, of which the loudest part has 100. */
  readonly waveform: readonly number[];
}

/** What is recorded so far. */
export interface Recorded {
  readonly elapsedMs: number;
  /** How loud it was, from 0 to 100, every 50 ms; the newest last. */
  readonly levels: readonly number[];
  /** Whether it ended by itself: after a minute, as the page was hidden, or as the microphone was taken away. It can be sent. */
  readonly isOver: boolean;
}

/** A recording. It ends, and the microphone is let go, by either method. */
export interface Recording {
  readonly progress: Observable<Recorded>;
  /** Ends it. Rejects with `media_failed` where nothing was recorded. */
  finish(): Promise<Voice>;
  /** Ends it, and forgets what was recorded. */
  cancel(): void;
}

/** As the service takes them, with what browsers want to know beside. */
const types = ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/ogg;codecs=opus'];
const mostMs = 60_000;
const stepMs = 50;
const sliceMs = 1_000;
const parts = 64;
const bitsPerSecond = 32_000;

/** Whether this browser can record, in a page that has https. */
export const canRecord = (): boolean =>
  typeof MediaRecorder === 'function' && !!navigator.mediaDevices && types.some(type => MediaRecorder.isTypeSupported(type));

/**
 * Records what somebody says, up to a minute and while the page is seen, once they let it use the microphone. Call it as they press
 * something: only then some browsers let it listen.
 *
 * @throws {ChatError} `not_allowed` where the page may not use the microphone, `media_failed` where there is none.
 */
export async function record(): Promise<Recording> {
  const type = canRecord() && types.find(one => MediaRecorder.isTypeSupported(one));
  if (!type) throw new ChatError({ code: 'media_failed', title: 'This browser can’t record.' });
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
  } catch (error) {
    const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
    throw isRefused
      ? new ChatError({ code: 'not_allowed', title: 'This page may not use the microphone. Allow it in the browser’s settings.' })
      : new ChatError({ code: 'media_failed', title: 'There is no microphone that can be used.' });
  }
  try {
    return new Running(stream, type);
  } catch {
    for (const track of stream.getTracks()) track.stop();
    throw new ChatError({ code: 'media_failed', title: 'The microphone can’t be recorded.' });
  }
}

class Running implements Recording {
  readonly progress: Observable<Recorded>;
  #recorded: Recorded = { elapsedMs: 0, levels: [], isOver: false };
  readonly #listeners = new Set<() => void>();
  readonly #recorder: MediaRecorder;
  readonly #context: AudioContext;
  readonly #chunks: Blob[] = [];
  readonly #stopped: Promise<void>;
  readonly #timer?: ReturnType<typeof setInterval>;
  readonly #hidden = () => document.hidden && this.#end();

  constructor(
    private readonly stream: MediaStream,
    private readonly type: string,
  ) {
    this.progress = {
      getSnapshot: () => this.#recorded,
      subscribe: changed => {
        const listener = () => changed();
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
    };
    this.#recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: bitsPerSecond });
    this.#context = new AudioContext();
    this.#stopped = new Promise(resolve => {
      // Also where the microphone is pulled out.
      this.#recorder.onstop = () => {
        this.#end();
        resolve();
      };
    });
    try {
      const listen = this.#listener();
      const from = performance.now();
      const look = () => {
        const elapsedMs = Math.min(mostMs, performance.now() - from);
        this.#set({ elapsedMs, levels: [...this.#recorded.levels, listen()], isOver: false });
        if (elapsedMs === mostMs) this.#end();
      };
      this.#recorder.ondataavailable = ({ data }) => {
        this.#chunks.push(data);
        // Timers may be late, and the service refuses what is much longer than a minute.
        if (!this.#recorded.isOver && performance.now() - from >= mostMs) look();
      };
      this.#recorder.start(sliceMs);
      document.addEventListener('visibilitychange', this.#hidden);
      this.#timer = setInterval(look, stepMs);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async finish(): Promise<Voice> {
    this.#end();
    await this.#stopped;
    const blob = new Blob(this.#chunks, { type: this.type.split(';')[0]! });
    const { elapsedMs, levels } = this.#recorded;
    if (!blob.size || !levels.length) throw new ChatError({ code: 'media_failed', title: 'Nothing was recorded.' });
    return { blob, durationMs: Math.round(elapsedMs), waveform: waveformOf(levels) };
  }

  cancel(): void {
    this.#end();
  }

  #set(recorded: Recorded): void {
    this.#recorded = recorded;
    for (const listener of [...this.#listeners]) listener();
  }

  #end(): void {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#hidden);
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    for (const track of this.stream.getTracks()) track.stop();
    if (this.#context.state !== 'closed') void this.#context.close();
    if (!this.#recorded.isOver) this.#set({ ...this.#recorded, isOver: true });
  }

  /** Says how loud it is now, from 0 to 100. */
  #listener(): () => number {
    void this.#context.resume();
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return () => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      // From 60 dB below full scale on.
      return Math.round(Math.min(100, Math.max(0, (100 * (60 + 20 * Math.log10(loudness || 1e-9))) / 60)));
    };
  }
}

/** Levels as 64 parts, each as loud as its loudest moment, of which the loudest has 100. */
export function waveformOf(levels: readonly number[]): number[] {
  const loudest = Math.max(1, ...levels);
  return Array.from({ length: parts }, (_, index) => {
    const from = Math.floor((index * levels.length) / parts);
    const until = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / parts));
    return Math.round((100 * Math.max(...levels.slice(from, until))) / loudest);
  });
}
