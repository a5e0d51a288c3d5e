import type { ShownSticker } from '@chat-functions/client';

type Recent = Pick<ShownSticker, 'packId' | 'stickerId'>;

const most = 10;
const nameOf = (user: string) => `stickers:${user}`;

/** The stickers that the user sent from this device, the latest first. */
export function recentStickers(user: string): readonly Recent[] {
  try {
    return JSON.parse(localStorage.getItem(nameOf(user)) ?? '[]') as readonly Recent[];
  } catch {
    return [];
  }
}

export function noteSticker(user: string, { packId, stickerId }: Recent): void {
  const others = recentStickers(user).filter(one => one.packId !== packId || one.stickerId !== stickerId);
  try {
    localStorage.setItem(nameOf(user), JSON.stringify([{ packId, stickerId }, ...others].slice(0, most)));
  } catch {
    // The storage is full: it isn't among the latest.
  }
}

export const forgetStickers = (user: string) => localStorage.removeItem(nameOf(user));
