import { notify } from './notices.tsx';

/** Copies a text, and says whether it could: not every page may. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify('Copied.');
  } catch {
    notify('It couldn’t be copied. Select it, and copy it yourself.', true);
  }
}
