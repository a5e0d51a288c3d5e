import { afterEach, describe, expect, it, vi } from 'vitest';
import { canRecord, record, waveformOf } from '../src/voice.js';

/** A microphone, and a recorder of it, as browsers have them; what they were asked for. */
function microphone({ refuses = '', supports = 'audio/webm;codecs=opus', loudness = 0.1, fails = false } = {}) {
  const tracks = [{ stop: vi.fn() }];
  const made: FakeRecorder[] = [];
  const contexts: FakeContext[] = [];
  const page = Object.assign(new EventTarget(), { hidden: false });
  class FakeRecorder {
    static isTypeSupported = (type: string) => type === supports;
    state = 'inactive';
    ondataavailable = (_: { data: Blob }) => {};
    onstop = () => {};
    constructor(
      _: unknown,
      readonly options: { readonly mimeType: string },
    ) {
      made.push(this);
    }
    start = () => {
      if (fails) throw new DOMException('', 'NotSupportedError');
      this.state = 'recording';
    };
    stop = () => {
      this.state = 'inactive';
      queueMicrotask(() => {
        this.ondataavailable({ data: new Blob(['sound']) });
        this.onstop();
      });
    };
  }
  class FakeContext {
    state = 'running';
    constructor() {
      contexts.push(this);
    }
    resume = async () => {};
    close = async () => void (this.state = 'closed');
    createAnalyser = () => ({ fftSize: 4, getFloatTimeDomainData: (into: Float32Array) => into.fill(loudness) });
    createMediaStreamSource = () => ({ connect: () => {} });
  }
  const getUserMedia = async () => {
    if (refuses) throw new DOMException('', refuses);
    return { getTracks: () => tracks };
  };
  vi.useFakeTimers();
  vi.stubGlobal('MediaRecorder', FakeRecorder);
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
  vi.stubGlobal('document', page);
  const hide = () => {
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  return { tracks, made, contexts, hide };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('somebody says something', () => {
  it('and it is recorded, shown as it goes, and ready to be sent', async () => {
    const { tracks, made } = microphone();
    const recording = await record();
    const changed = vi.fn();
    recording.progress.subscribe(changed);
    await vi.advanceTimersByTimeAsync(2_000);
    const { elapsedMs, levels } = recording.progress.getSnapshot();
    expect(elapsedMs).toBe(2_000);
    // 20 dB below full scale, every 50 ms.
    expect(levels).toEqual(Array.from({ length: 40 }, () => 67));
    expect(changed).toHaveBeenCalledTimes(40);

    const voice = await recording.finish();
    expect(voice).toMatchObject({ durationMs: 2_000, waveform: Array.from({ length: 64 }, () => 100) });
    // The service takes types without parameters.
    expect([voice.blob.type, voice.blob.size]).toEqual(['audio/webm', 5]);
    expect(made[0]!.options.mimeType).toBe('audio/webm;codecs=opus');
    expect(tracks[0]!.stop).toHaveBeenCalled();
  });

  it('and it ends by itself after a minute, and can be sent', async () => {
    const { tracks } = microphone();
    const recording = await record();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(recording.progress.getSnapshot()).toMatchObject({ elapsedMs: 60_000, isOver: true });
    expect(tracks[0]!.stop).toHaveBeenCalled();
    expect((await recording.finish()).durationMs).toBe(60_000);
  });

  it('and it ends as the page is hidden, where nobody sees that it goes on, and can be sent', async () => {
    const { tracks, hide } = microphone();
    const recording = await record();
    await vi.advanceTimersByTimeAsync(2_000);
    hide();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(recording.progress.getSnapshot()).toMatchObject({ elapsedMs: 2_000, isOver: true });
    expect(tracks[0]!.stop).toHaveBeenCalled();
    expect((await recording.finish()).durationMs).toBe(2_000);
  });

  it('and it ends after a minute where the page’s timers don’t run, by what is recorded', async () => {
    const { made } = microphone();
    const recording = await record();
    await vi.advanceTimersByTimeAsync(2_000);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 58_000);
    made[0]!.ondataavailable({ data: new Blob(['sound']) });
    expect(recording.progress.getSnapshot()).toMatchObject({ elapsedMs: 60_000, isOver: true });
    expect((await recording.finish()).durationMs).toBe(60_000);
  });

  it('and thinks better of it', async () => {
    const { tracks, made } = microphone();
    const recording = await record();
    await vi.advanceTimersByTimeAsync(500);
    recording.cancel();
    expect([tracks[0]!.stop.mock.calls.length > 0, made[0]!.state]).toEqual([true, 'inactive']);
    const { elapsedMs } = recording.progress.getSnapshot();
    await vi.advanceTimersByTimeAsync(500);
    expect(recording.progress.getSnapshot().elapsedMs).toBe(elapsedMs);
  });

  it('too short to be anything', async () => {
    microphone();
    await expect((await record()).finish()).rejects.toMatchObject({ code: 'media_failed' });
  });

  it.each([
    ['NotAllowedError', 'not_allowed'],
    ['NotFoundError', 'media_failed'],
  ])('and there is no microphone to use: %s', async (refuses, code) => {
    microphone({ refuses });
    await expect(record()).rejects.toMatchObject({ code });
  });

  it('and the microphone can’t be recorded, and nothing is left that runs', async () => {
    const { tracks, contexts } = microphone({ fails: true });
    await expect(record()).rejects.toMatchObject({ code: 'media_failed' });
    expect(tracks[0]!.stop).toHaveBeenCalled();
    expect(contexts.filter(({ state }) => state !== 'closed')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('in a browser that records nothing the service takes', async () => {
    microphone({ supports: 'audio/wav' });
    expect(canRecord()).toBe(false);
    await expect(record()).rejects.toMatchObject({ code: 'media_failed' });
  });
});

it('draws 64 parts of any number of levels, the loudest as 100', () => {
  expect(waveformOf([50])).toEqual(Array.from({ length: 64 }, () => 100));
  const rising = waveformOf(Array.from({ length: 1200 }, (_, index) => index / 24));
  expect(rising).toHaveLength(64);
  expect(rising[63]).toBe(100);
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
  expect(waveformOf(Array.from({ length: 100 }, () => 0))).toEqual(Array.from({ length: 64 }, () => 0));
});
