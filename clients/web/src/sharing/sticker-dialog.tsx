import type { StickerPack } from '@chat-functions/client';
import { gifCardOf, type Gif } from '@chat-functions/client/sharing';
import { useGifs, useStickerPacks } from '@chat-functions/react/sharing';
import { useId, useState } from 'react';
import { useHere } from '../conversation/here.ts';
import { explain } from '../format.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { GifSearch } from './gifs.tsx';
import { noteSticker, recentStickers } from './recent.ts';
import type { ShareDialogProps } from './share.tsx';

type Sticker = StickerPack['stickers'][number] & { readonly packId: string };

const tabs = [
  ['stickers', 'Stickers'],
  ['gifs', 'GIFs'],
] as const;

/** The host app's stickers, those that were sent from here lately first, and GIFs where it has some. One that is chosen is sent. */
export default function StickerDialog({ more, onSent, onClose }: ShareDialogProps) {
  const { conversation, me } = useHere();
  const { status, value: packs, error } = useStickerPacks();
  const all = packs.map(({ packId, title, stickers }) => ({ packId, title, stickers: stickers.map(one => ({ ...one, packId })) }));
  const recent = recentStickers(me).flatMap(({ packId, stickerId }) => {
    const known = all.find(pack => pack.packId === packId)?.stickers.find(one => one.stickerId === stickerId);
    return known ? [known] : [];
  });
  const [tab, setTab] = useState<(typeof tabs)[number][0]>('stickers');
  const [words, setWords] = useState('');
  const gifs = useGifs(words);
  const tabsId = useId();
  const sent = () => {
    onSent();
    onClose();
  };
  const send = ({ packId, stickerId }: Sticker) => {
    conversation.send({ ...more, sticker: { packId, stickerId } });
    noteSticker(me, { packId, stickerId });
    sent();
  };
  const sendGif = (gif: Gif) => {
    conversation.send({ ...more, cards: [gifCardOf(gif)] });
    sent();
  };
  const stickers = (
    <>
      {recent.length > 0 && <Stickers title="Sent lately" stickers={recent} onChoose={send} />}
      {all.map(({ packId, title, stickers }) => (
        <Stickers key={packId} title={title} stickers={stickers} onChoose={send} />
      ))}
      {!packs.length && (
        <p className="quiet" role="status">
          {error ? explain(error) : status === 'loading' ? 'Loading…' : 'There are no stickers.'}
        </p>
      )}
    </>
  );
  // Whether there are GIFs, the service says.
  const hasGifs = gifs.status === 'ready' || gifs.status === 'failed';
  return (
    <Dialog title="Stickers" onClose={onClose}>
      {hasGifs ? (
        <>
          <span id={tabsId} className="unseen">
            What to send
          </span>
          <Tabs labelledBy={tabsId} tabs={tabs} chosen={tab} onChoose={setTab}>
            {tab === 'gifs' ? <GifSearch found={gifs} words={words} onWords={setWords} onChoose={sendGif} /> : stickers}
          </Tabs>
        </>
      ) : (
        stickers
      )}
    </Dialog>
  );
}

interface StickersProps {
  readonly title: string;
  readonly stickers: readonly Sticker[];
  readonly onChoose: (sticker: Sticker) => void;
}

function Stickers({ title, stickers, onChoose }: StickersProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <h3 id={titleId} dir="auto">
        {title}
      </h3>
      <ul className="stickers">
        {stickers.map(sticker => (
          <li key={`${sticker.packId} ${sticker.stickerId}`}>
            <Choice sticker={sticker} onChoose={onChoose} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Choice({ sticker, onChoose }: { readonly sticker: Sticker; readonly onChoose: StickersProps['onChoose'] }) {
  const { url, stickerId, description = stickerId } = sticker;
  const [isBroken, setBroken] = useState(false);
  return (
    <button type="button" aria-label={description} title={description} onClick={() => onChoose(sticker)}>
      {isBroken || !url.startsWith('https://') ? (
        <span>{description}</span>
      ) : (
        <img src={url} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(true)} />
      )}
    </button>
  );
}
