import { decodeBlurHash } from 'fast-blurhash';
import { useEffect, useRef } from 'react';

/** As many pixels as a blurhash has something to say about. */
const size = 32;

/** What a picture looks like, roughly. */
export function Blurred({ hash }: { readonly hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    try {
      const image = context.createImageData(size, size);
      image.data.set(decodeBlurHash(hash, size, size));
      context.putImageData(image, 0, 0);
    } catch {
      // Not one: the tile stays plain.
    }
  }, [hash]);
  return <canvas ref={canvas} width={size} height={size} aria-hidden="true" />;
}
