import { X } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { explain } from '../format.ts';
import { IconButton } from './button.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Opens when it is mounted; focus goes in, stays in, and returns to where it was. */
export function useModal() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement;
    if (!element.open) element.showModal();
    return () => {
      element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return dialog;
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useModal();
  const titleId = useId();
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={event => event.target === event.currentTarget && onClose()}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <IconButton label="Close" icon={X} onClick={onClose} />
      </header>
      {children}
    </dialog>
  );
}

interface FormDialogProps extends DialogProps {
  readonly submit: string;
  readonly isDangerous?: boolean;
  readonly isReady?: boolean;
  /**
   * What it does; the dialog closes when it is done, and says why if it isn't. It isn't called again meanwhile. What takes a while and can
   * be left asks `isOpen` before it does anything for good.
   */
  readonly onSubmit: (isOpen: () => boolean) => Promise<unknown>;
}

/** Runs something once at a time, however often it is asked for, and says why it failed. */
export function useSubmit(run: () => Promise<unknown>, done: () => void, isReady = true) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const isRunning = useRef(false);
  const onSubmit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (isRunning.current || !isReady) return;
    isRunning.current = true;
    setBusy(true);
    setError('');
    try {
      await run();
      done();
    } catch (refusal) {
      setError(explain(refusal));
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { onSubmit, isBusy, error };
}

/** A dialog with a form. */
export function FormDialog({ submit, isDangerous, isReady = true, onSubmit: run, children, ...rest }: FormDialogProps) {
  const isOpen = useRef(false);
  useEffect(() => {
    isOpen.current = true;
    return () => void (isOpen.current = false);
  }, []);
  const { onSubmit, isBusy, error } = useSubmit(
    () => run(() => isOpen.current),
    () => isOpen.current && rest.onClose(),
    isReady,
  );
  return (
    <Dialog {...rest}>
      <form onSubmit={onSubmit}>
        {children}
        <p className="error" role="alert">
          {error}
        </p>
        <div className="buttons">
          <button type="button" onClick={rest.onClose}>
            Cancel
          </button>
          <button className={isDangerous ? 'danger' : 'primary'} aria-disabled={!isReady || isBusy}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
