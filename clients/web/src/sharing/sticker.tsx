import type { ShownSticker } from '@chat-functions/client';
import { useStickerPacks } from '@chat-functions/react/sharing';
import { useState } from 'react';

interface StickerViewProps {
  readonly sticker: ShownSticker;
}

/** A sticker of a message, as it was when it was sent. */
export default function StickerView({ sticker }: StickerViewProps) {
  return sticker.url ? <Picture {...sticker} /> : <Waiting sticker={sticker} />;
}

/** One that isn't sent yet: its pack has it. */
function Waiting({ sticker: { packId, stickerId } }: StickerViewProps) {
  const packs = useStickerPacks().value;
  const known = packs.find(pack => pack.packId === packId)?.stickers.find(one => one.stickerId === stickerId);
  return known ? <Picture {...known} /> : <p className="sticker-gone">Sticker</p>;
}

function Picture({ url, description = 'Sticker' }: Pick<ShownSticker, 'url' | 'description'>) {
  const [broken, setBroken] = useState<string>();
  if (!url?.startsWith('https://') || broken === url) return <p className="sticker-gone">{description}</p>;
  return <img className="sticker" src={url} alt={description} referrerPolicy="no-referrer" onError={() => setBroken(url)} />;
}
