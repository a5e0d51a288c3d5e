import { until, type MessageView, type ShownAttachment } from '@chat-functions/client';
import { useMedia } from '@chat-functions/react/media';
import { wordOf } from '../format.ts';
import { outcome } from '../ui/notices.tsx';

/** Saves what is attached, in full size, from an address that is good now. The page stays where that fails. */
export function useSave(message: MessageView, attachment: ShownAttachment): () => void {
  const media = useMedia();
  const { kind, fileName } = attachment;
  const word = kind === 'file' ? 'file' : wordOf(attachment).toLowerCase();
  const save = async () => {
    const { url, error } = await until(media.photo(message, attachment, 'original'), ({ status }) => status !== 'loading');
    if (!url) throw error!;
    const response = await fetch(url).catch(() => undefined);
    if (!response?.ok) throw new Error(`The ${word} couldn’t be saved. Try again in a moment.`);
    const blob = await response.blob();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = fileName ?? `${word}-${message.at.slice(0, 10)}.${blob.type.split('/')[1] ?? 'jpg'}`;
    link.click();
    // Some browsers read it only once the user has chosen where to save it.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return () => void outcome(save());
}
