import type { Gif } from '@chat-functions/client/sharing';
import type { Gifs } from '@chat-functions/react/sharing';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { explain } from '../format.ts';

interface GifSearchProps {
  readonly found: Gifs;
  readonly words: string;
  readonly onWords: (words: string) => void;
  readonly onChoose: (gif: Gif) => void;
}

/** GIFs that the host app finds. Their pictures come from the hosts that it names. */
export function GifSearch({ found: { gifs, status, isLoading, error, hasMore, loadMore }, words, onWords, onChoose }: GifSearchProps) {
  return (
    <>
      <div className="search">
        <Search aria-hidden="true" />
        <input
          type="search"
          aria-label="Search for GIFs"
          placeholder="Search for GIFs"
          maxLength={100}
          value={words}
          onChange={event => onWords(event.target.value)}
        />
      </div>
      <ul className="gifs" aria-label="GIFs" aria-busy={isLoading}>
        {gifs.map(gif => (
          <li key={gif.id}>
            <Choice gif={gif} onChoose={onChoose} />
          </li>
        ))}
      </ul>
      <p className="quiet" role="status">
        {error ? explain(error) : isLoading ? 'Loading…' : status === 'ready' && !gifs.length ? 'No GIFs were found.' : ''}
      </p>
      {hasMore && (
        <button type="button" aria-disabled={isLoading} onClick={loadMore}>
          Show more
        </button>
      )}
    </>
  );
}

function Choice({ gif, onChoose }: { readonly gif: Gif; readonly onChoose: GifSearchProps['onChoose'] }) {
  const { previewUrl, title } = gif;
  const [isBroken, setBroken] = useState(false);
  return (
    <button type="button" aria-label={title} title={title} onClick={() => onChoose(gif)}>
      {isBroken || !previewUrl.startsWith('https://') ? (
        <span dir="auto">{title}</span>
      ) : (
        <img src={previewUrl} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(true)} />
      )}
    </button>
  );
}
