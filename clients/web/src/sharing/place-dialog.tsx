import { placeOf } from '@chat-functions/client/sharing';
import { useState } from 'react';
import { useHere } from '../conversation/here.ts';
import { FormDialog } from '../ui/dialog.tsx';
import type { ShareDialogProps } from './share.tsx';

const why: Readonly<Record<number, string>> = {
  1: 'This page may not know where you are. Allow it in the browser’s settings, and try again.',
  2: 'Your device doesn’t know where you are now.',
  3: 'Your device needs too long to find out where you are. Try again.',
};

/** How long the device may take to find out, in ms. */
const patience = 20_000;

const locate = (isExact: boolean) =>
  new Promise<GeolocationCoordinates>((resolve, reject) => {
    const { geolocation } = navigator as { geolocation?: Geolocation };
    if (!geolocation) throw new Error('This browser doesn’t tell where you are.');
    geolocation.getCurrentPosition(
      ({ coords }) => resolve(coords),
      ({ code }) => reject(new Error(why[code] ?? why[2])),
      { enableHighAccuracy: isExact, timeout: patience, maximumAge: 60_000 },
    );
  });

/** Asks before a place is given away, each time, and says what the others see. */
export default function PlaceDialog({ more, onSent, onClose }: ShareDialogProps) {
  const { conversation, isGroup, title } = useHere();
  const [isExact, setExact] = useState(false);
  const [isLocating, setLocating] = useState(false);
  const share = async (isOpen: () => boolean) => {
    setLocating(true);
    try {
      const coordinates = await locate(isExact);
      if (!isOpen()) return;
      conversation.send({ ...more, location: placeOf(coordinates, isExact) });
      onSent();
    } finally {
      setLocating(false);
    }
  };
  return (
    <FormDialog title="Share your place?" submit="Share" onSubmit={share} onClose={onClose}>
      <p>
        {isGroup ? `Everybody in ${title} sees` : `${title} sees`} where you are now: one point, which doesn’t move with you.{' '}
        {isExact ? 'It is as exact as your device knows it.' : 'It is rounded to some 110 m before it leaves this device.'}
      </p>
      <label className="choice">
        <input type="checkbox" checked={isExact} disabled={isLocating} onChange={event => setExact(event.target.checked)} />
        Exactly where I am
      </label>
    </FormDialog>
  );
}
