import { FileText, X } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import type { Choice } from './choose.ts';

interface ChoicesProps {
  readonly choices: readonly Choice[];
  readonly onRemove: (id: number) => void;
}

/** The photos and files of what is being written. */
export function Choices({ choices, onRemove }: ChoicesProps) {
  return (
    <ul className="chosen" aria-label="To send">
      {choices.map(({ id, photo, file }, index) => (
        <li key={id}>
          {photo?.kind === 'video' ? (
            <video src={photo.url} muted playsInline preload="metadata" aria-label={`Video ${index + 1}`} />
          ) : photo ? (
            <img src={photo.url} alt={`Photo ${index + 1}`} />
          ) : file ? (
            <span className="document">
              <FileText aria-hidden="true" />
              <bdi>{file.name}</bdi>
            </span>
          ) : (
            <span className="spinner" role="status" aria-label="Being made ready" />
          )}
          <IconButton
            label={file ? `Remove ${file.name}` : `Remove ${photo?.kind ?? 'photo'} ${index + 1}`}
            icon={X}
            className="on-photo"
            onClick={() => onRemove(id)}
          />
        </li>
      ))}
    </ul>
  );
}
