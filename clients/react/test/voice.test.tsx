import type { Recorded, Recording } from '@chat-functions/client/voice';
import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { useRecorder } from '../src/voice.js';

const { record } = vi.hoisted(() => ({ record: vi.fn<() => Promise<Recording>>() }));
vi.mock('@chat-functions/client/voice', () => ({ record }));

const voice = { blob: new Blob(['sound']), durationMs: 50, waveform: [] };

/** A recording, and what moves it on. */
function recordingOf() {
  let recorded: Recorded = { elapsedMs: 0, levels: [], isOver: false };
  const listeners = new Set<() => void>();
  const progress = {
    getSnapshot: () => recorded,
    subscribe: (changed: () => void) => (listeners.add(changed), () => void listeners.delete(changed)),
  };
  const hears = (level: number) => {
    recorded = { ...recorded, elapsedMs: recorded.elapsedMs + 50, levels: [...recorded.levels, level] };
    for (const listener of listeners) listener();
  };
  return { hears, recording: { progress, finish: vi.fn(async () => voice), cancel: vi.fn() } };
}

/** What the user is asked for, until they allow it. */
function asked() {
  let allow: (recording: Recording) => void = () => {};
  const promise = new Promise<Recording>(resolve => (allow = resolve));
  return { promise, allow };
}

beforeEach(() => record.mockReset());

test('a recording is shown as it goes, once it may begin, and is handed over', async () => {
  const { hears, recording } = recordingOf();
  const { promise, allow } = asked();
  record.mockReturnValue(promise);
  const { result } = renderHook(() => useRecorder());
  expect(result.current.status).toBe('idle');
  let started: Promise<void>;
  act(() => void (started = result.current.start()));
  expect(result.current.status).toBe('asking');
  await act(() => (allow(recording), started));
  expect(result.current.status).toBe('recording');
  act(() => hears(40));
  expect(result.current.recorded).toMatchObject({ elapsedMs: 50, levels: [40] });
  await act(async () => expect(await result.current.finish()).toBe(voice));
  expect(result.current).toMatchObject({ status: 'idle', recorded: { levels: [] } });
});

test('a recording ends with its component, also one that wasn’t allowed yet', async () => {
  const [first, second] = [recordingOf(), recordingOf()];
  record.mockResolvedValueOnce(first.recording);
  const shown = renderHook(() => useRecorder());
  await act(() => shown.result.current.start());
  shown.unmount();
  expect(first.recording.cancel).toHaveBeenCalled();

  const { promise, allow } = asked();
  record.mockReturnValueOnce(promise);
  const gone = renderHook(() => useRecorder());
  let started: Promise<void>;
  act(() => void (started = gone.result.current.start()));
  gone.unmount();
  await act(() => (allow(second.recording), started));
  expect(second.recording.cancel).toHaveBeenCalled();
});

test('a refusal is told, and another try may follow', async () => {
  record.mockRejectedValueOnce(new Error('not allowed'));
  const { result } = renderHook(() => useRecorder());
  await act(() => expect(result.current.start()).rejects.toThrow('not allowed'));
  expect(result.current.status).toBe('idle');
  record.mockResolvedValueOnce(recordingOf().recording);
  await act(() => result.current.start());
  expect(result.current.status).toBe('recording');
});
