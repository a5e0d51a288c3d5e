import { ChatError, type MessageView, type ShownAttachment } from '@chat-functions/client';
import type { Recorded, Recording, Voice } from '@chat-functions/client/voice';
import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { messageOf, valueOf } from '../../react/test/fake-chat.ts';
import { show, withBob as chatWithBob } from './page.tsx';

const media = vi.hoisted(() => ({ sendVoice: vi.fn(), photo: vi.fn(), progress: vi.fn() }));
vi.mock('@chat-functions/client/media', () => ({ mediaOf: () => media }));
const mediaModule = vi.hoisted(() => vi.fn());
vi.mock('../src/photos/choose.ts', async original => ({ ...(await original<object>()), mediaModule }));
const record = vi.hoisted(() => vi.fn<() => Promise<Recording>>());
vi.mock('@chat-functions/client/voice', () => ({ record }));
vi.hoisted(() => {
  // The page looks for them once, as it begins.
  vi.stubGlobal('MediaRecorder', class {});
  Object.defineProperty(navigator, 'mediaDevices', { value: {} });
});

/** An audio element as browsers have them; what it plays comes when a test says so. */
class FakeAudio {
  static made: FakeAudio[] = [];
  src = '';
  error: object | null = null;
  paused = true;
  currentTime = 0;
  loads: string[] = [];
  onplay: (() => void) | null = null;
  onpause: (() => void) | null = null;
  onended = () => {};
  onerror = () => {};
  #reject = (_: DOMException) => {};
  constructor() {
    FakeAudio.made.push(this);
    let src = '';
    Object.defineProperty(this, 'src', {
      get: () => src,
      set: (next: string) => {
        src = next;
        this.loads.push(next);
        this.error = null;
        this.paused = true;
      },
    });
  }
  load = () => {};
  removeAttribute = () => {};
  play = () => {
    if (this.paused) {
      this.paused = false;
      queueMicrotask(() => this.onplay?.());
    }
    return new Promise<void>((_, reject) => (this.#reject = reject));
  };
  pause = () => {
    if (this.paused) return;
    this.paused = true;
    this.#reject(new DOMException('The play() request was interrupted', 'AbortError'));
    queueMicrotask(() => this.onpause?.());
  };
  /** It can't be had: it isn't paused by that. */
  fail = () => {
    this.error = {};
    this.#reject(new DOMException('Failed to load', 'NotSupportedError'));
    this.onerror();
  };
  /** The one that was begun last. */
  static get current() {
    return FakeAudio.made.findLast(one => one.loads.length > 0)!;
  }
}

const attachment = (mediaId: string, more: Partial<ShownAttachment> = {}): ShownAttachment => ({
  mediaId,
  kind: 'voice',
  state: 'ready',
  contentType: 'audio/webm',
  bytes: 1,
  durationMs: 5_000,
  waveform: Array.from({ length: 64 }, () => 50),
  ...more,
});
const voiceOf = (seq: number, more?: Partial<ShownAttachment>) => messageOf(seq, 'bob', '', { attachments: [attachment(`v${seq}`, more)] });

beforeEach(() => {
  vi.resetAllMocks();
  FakeAudio.made = [];
  vi.stubGlobal('Audio', FakeAudio);
  media.photo.mockImplementation((_, { mediaId, state }: ShownAttachment) =>
    valueOf(state === 'ready' ? { status: 'ready', url: `https://blobs/${mediaId}` } : { status: 'loading' }),
  );
  media.progress.mockReturnValue(valueOf(undefined));
  mediaModule.mockResolvedValue({ mediaOf: () => media });
});

function withBob(...messages: MessageView[]) {
  const all = chatWithBob(...messages);
  show(all.chat);
  return all;
}

const press = async (button: HTMLElement) => {
  await userEvent.click(button);
  await act(async () => {});
};
const voices = () => screen.findAllByRole('group', { name: 'Voice message, bob' });
const button = (name: string, within_: HTMLElement) => within(within_).getByRole('button', { name });

test('a voice message that was paused before it came, or left for another one, plays when it is asked to', async () => {
  withBob(voiceOf(1), voiceOf(2));
  const [first, second] = (await voices()) as [HTMLElement, HTMLElement];
  await press(button('Play', first));
  await press(button('Pause', first));
  expect(within(first).queryByText('Can’t be played')).toBeNull();
  await press(button('Play', first));
  await press(button('Play', second));
  button('Play', first);
  button('Pause', second);
  expect(screen.queryByText('Can’t be played')).toBeNull();
});

test('a voice message that couldn’t be had is asked for again by the next press', async () => {
  withBob(voiceOf(1));
  const [voice] = (await voices()) as [HTMLElement];
  await press(button('Play', voice));
  const audio = FakeAudio.current;
  await act(async () => audio.fail());
  within(voice).getByText('Can’t be played');
  await press(button('Play', voice));
  expect(audio.loads).toEqual(['https://blobs/v1', 'https://blobs/v1']);
  expect(within(voice).queryByText('Can’t be played')).toBeNull();
  button('Pause', voice);
});

test('a voice message that isn’t ready yet says so', async () => {
  withBob(voiceOf(1, { state: 'processing' }));
  const [voice] = (await voices()) as [HTMLElement];
  expect(button('Not ready yet', voice).getAttribute('aria-disabled')).toBe('true');
});

const spoken: Voice = { blob: new Blob(['sound']), durationMs: 2_000, waveform: Array.from({ length: 64 }, () => 100) };

/** Somebody who allows the microphone, and what they say. */
function speaks(finish: () => Promise<Voice> = async () => spoken) {
  const recorded: Recorded = { elapsedMs: 2_000, levels: [50], isOver: false };
  const recording = { progress: { getSnapshot: () => recorded, subscribe: () => () => {} }, finish: vi.fn(finish), cancel: vi.fn() };
  record.mockResolvedValue(recording);
  return recording;
}

const microphone = () => screen.getByRole('button', { name: 'Record a voice message' });
const field = () => screen.getByPlaceholderText('Message');
const recorder = async () => {
  await press(microphone());
  const group = await screen.findByRole('group', { name: 'Voice message' });
  await within(group).findByText('Recording');
  return group;
};

test('what plays stops as a recording begins', async () => {
  speaks();
  withBob(voiceOf(1));
  const [voice] = (await voices()) as [HTMLElement];
  await press(button('Play', voice));
  await recorder();
  button('Play', voice);
  expect(FakeAudio.current.paused).toBe(true);
});

test('a recording is sent, and the user goes on where they were', async () => {
  speaks();
  withBob();
  await press(button('Send', await recorder()));
  expect(media.sendVoice.mock.calls).toEqual([['c', {}, spoken]]);
  expect(screen.queryByRole('group', { name: 'Voice message' })).toBeNull();
  expect(document.activeElement).toBe(field());
  await press(button('Don’t send it', await recorder()));
  expect(media.sendVoice).toHaveBeenCalledTimes(1);
  expect(document.activeElement).toBe(field());
  // On a phone the field would open the keyboard.
  vi.spyOn(window, 'matchMedia').mockReturnValue({ matches: true } as MediaQueryList);
  await press(button('Send', await recorder()));
  expect(document.activeElement).toBe(microphone());
});

test('a recording stays while what sends it can’t be loaded, and is sent by the next press', async () => {
  const { finish } = speaks();
  withBob();
  const group = await recorder();
  expect(mediaModule).toHaveBeenCalled();
  mediaModule.mockRejectedValueOnce(new Error('A part of the page can’t be loaded.'));
  await press(button('Send', group));
  screen.getByText(/can’t be loaded/);
  expect(media.sendVoice).not.toHaveBeenCalled();
  within(group).getByText('0:02');
  await press(button('Send', group));
  expect(media.sendVoice.mock.calls).toEqual([['c', {}, spoken]]);
  expect(finish).toHaveBeenCalledTimes(1);
});

test('a recording that was thrown away while it waited to be sent isn’t sent', async () => {
  speaks();
  withBob();
  const group = await recorder();
  let load: (module: unknown) => void = () => {};
  mediaModule.mockReturnValueOnce(new Promise(resolve => (load = resolve)));
  await press(button('Send', group));
  await press(button('Don’t send it', group));
  await act(async () => load({ mediaOf: () => media }));
  expect(media.sendVoice).not.toHaveBeenCalled();
});

test('a recording of nothing ends the recorder, and a key that is still held ends none', async () => {
  speaks(() => Promise.reject(new ChatError({ code: 'media_failed', title: 'Nothing was recorded.' })));
  withBob();
  const group = await recorder();
  expect(fireEvent.keyDown(button('Send', group), { key: 'Enter', repeat: true })).toBe(false);
  await press(button('Send', group));
  screen.getByText('Nothing was recorded.');
  expect(screen.queryByRole('group', { name: 'Voice message' })).toBeNull();
  microphone();
});

test('an edit ends a recording, which gets nothing of it', async () => {
  const { cancel } = speaks();
  withBob(messageOf(1, 'alice', 'Ask @bob', { at: new Date().toISOString() }));
  await recorder();
  await userEvent.pointer({ target: screen.getByText(/Ask/), keys: '[MouseRight]' });
  await userEvent.click(screen.getByRole('menuitem', { name: 'Edit', hidden: true }));
  expect(cancel).toHaveBeenCalled();
  expect(screen.queryByRole('group', { name: 'Voice message' })).toBeNull();
  expect(document.activeElement).toBe(field());
  await userEvent.type(field(), '!{Enter}');
  expect(screen.queryByRole('group', { name: 'Voice message' })).toBeNull();
  expect(media.sendVoice).not.toHaveBeenCalled();
});
