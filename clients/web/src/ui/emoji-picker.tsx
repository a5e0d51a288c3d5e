import data from 'emoji-picker-element-data/en/emojibase/data.json?url';
import Picker from 'emoji-picker-element/picker.js';
import { useEffect, useRef } from 'react';

/** All emoji, with a search; its data comes from where the page came from. */
export default function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  });
  useEffect(() => {
    const picker = new Picker({ dataSource: data, locale: 'en' });
    picker.className = 'picker';
    picker.addEventListener('emoji-click', event => {
      const { unicode } = event.detail;
      if (unicode) pick.current(unicode);
    });
    place.current!.append(picker);
    return () => picker.remove();
  }, []);
  return <div ref={place} className="picker-room" />;
}
