import { Suspense, type ReactNode } from 'react';
import { Boundary } from './boundary.tsx';
import { notify } from './notices.tsx';

interface PartProps {
  readonly children: ReactNode;
  /** What stands for it while it is loaded. */
  readonly loading?: ReactNode;
  /** Closes what can't be shown. */
  readonly onError?: () => void;
}

/** A part of the page that is loaded when it is needed. Where it can't be, the rest of the page stays, and the user is told. */
export function Part({ children, loading, onError }: PartProps) {
  const failed = () => {
    notify('A part of the page can’t be loaded. Load the page anew.', true);
    onError?.();
  };
  return (
    <Boundary fallback={<p className="empty">This can’t be shown now.</p>} onError={failed}>
      <Suspense fallback={loading}>{children}</Suspense>
    </Boundary>
  );
}
