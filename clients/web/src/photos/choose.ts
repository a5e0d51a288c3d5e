import type { Photo } from '@chat-functions/client/media';
import { useChat } from '@chat-functions/react';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { areFilesOff, tellOff } from '../files/off.ts';
import { explain } from '../format.ts';
import { notify } from '../ui/notices.tsx';

/** As many as a message takes. */
const most = 9;

/** As much as the service takes of a file that it doesn't show. */
const mostBytes = 26_214_400;

/** A photo or video that the user chose, without `photo` while it is made ready; or a file of another kind. */
export interface Choice {
  readonly id: number;
  readonly photo?: Photo;
  readonly file?: File;
}

/** As the field that chooses them takes them. */
export const pictureTypes = 'image/*,video/mp4,video/webm,video/quicktime';

/** Whether it is shown, and not only saved. */
const isPicture = ({ type }: File) => type.startsWith('image/') || pictureTypes.split(',').includes(type);

/** What makes photos of files is loaded when it is needed. */
export const mediaModule = () =>
  import('@chat-functions/client/media').catch(() => {
    throw new Error('A part of the page can’t be loaded. Try again in a moment.');
  });

let last = 0;

/** The photos and files of a message that is being written. */
export function useChoices() {
  const chat = useChat();
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const newest = useRef(choices);
  const making = useRef<Promise<void>>(Promise.resolve());
  const isGone = useRef(false);
  const set = (next: readonly Choice[]) => {
    newest.current = next;
    setChoices(next);
  };

  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      for (const { photo } of newest.current) if (photo) URL.revokeObjectURL(photo.url);
      if (newest.current.length) notify('What you chose wasn’t sent.');
    };
  }, []);

  /** Takes what was chosen; `asFiles` to send photos and videos as they are, too. */
  const add = (files: Iterable<File>, asFiles = false) => {
    const chosen = [...files];
    const all = areFilesOff() ? chosen.filter(file => !asFiles && isPicture(file)) : chosen;
    if (all.length < chosen.length) tellOff();
    const room = most - newest.current.length;
    if (all.length > room) notify(`At most ${most} photos and files are sent at once.`, true);
    for (const file of all.slice(0, room)) {
      const id = ++last;
      const isAlone = asFiles || !isPicture(file);
      if (isAlone && (!file.size || file.size > mostBytes)) {
        notify(file.size ? `${file.name} has more than 25 MB.` : `${file.name} is empty, or a folder.`, true);
        continue;
      }
      set([...newest.current, { id }]);
      // One after the other: each takes a lot of memory.
      making.current = making.current.then(async () => {
        const isWanted = () => !isGone.current && newest.current.some(one => one.id === id);
        try {
          if (!isWanted()) return;
          // What is sent without it would be lost with the message.
          const media = (await mediaModule()).mediaOf(chat);
          const ready: Choice = isAlone ? { id, file } : { id, photo: await media.prepare(file) };
          if (isWanted()) set(newest.current.map(one => (one.id === id ? ready : one)));
          else if (ready.photo) URL.revokeObjectURL(ready.photo.url);
        } catch (error) {
          set(newest.current.filter(one => one.id !== id));
          notify(explain(error), true);
        }
      });
    }
    return chosen.length > 0;
  };

  const remove = (id: number) => {
    const { photo } = newest.current.find(one => one.id === id) ?? {};
    if (photo) URL.revokeObjectURL(photo.url);
    set(newest.current.filter(one => one.id !== id));
  };

  /** Hands them over to who sends them: the photos together, each file by itself. */
  const take = (): { readonly photos: readonly Photo[]; readonly files: readonly File[] } => {
    const chosen = newest.current;
    set([]);
    return { photos: chosen.flatMap(({ photo }) => photo ?? []), files: chosen.flatMap(({ file }) => file ?? []) };
  };

  return { choices, isReady: choices.every(({ photo, file }) => photo ?? file), add, remove, take };
}

/** Whether files are held over the part of the page that an element is in; they are added when they are let go. */
export function useDrop(element: RefObject<HTMLElement | null>, add: (files: Iterable<File>) => void): boolean {
  const [isOver, setOver] = useState(false);
  const newest = useRef(add);
  useEffect(() => {
    newest.current = add;
  });
  useEffect(() => {
    const place = element.current?.closest<HTMLElement>('.conversation, .side');
    if (!place) return;
    const hasFiles = (event: DragEvent) => !!event.dataTransfer?.types.includes('Files');
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // Beside it a file would be opened instead of the page.
    const beside = (event: DragEvent) => {
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = 'none';
    };
    const leave = (event: DragEvent) => {
      if (!place.contains(event.relatedTarget as Node | null)) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      newest.current(event.dataTransfer!.files);
    };
    place.addEventListener('dragover', over);
    place.addEventListener('dragleave', leave);
    place.addEventListener('drop', drop);
    addEventListener('dragover', beside);
    addEventListener('drop', beside);
    return () => {
      removeEventListener('dragover', beside);
      removeEventListener('drop', beside);
      place.removeEventListener('dragover', over);
      place.removeEventListener('dragleave', leave);
      place.removeEventListener('drop', drop);
    };
  }, [element]);
  return isOver;
}
