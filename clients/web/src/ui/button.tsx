import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label' | 'children'> {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button of an icon alone, with a name for those who don't see it. */
export function IconButton({ label, icon: Icon, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} className={`icon-button ${className}`} {...rest}>
      <Icon aria-hidden="true" />
    </button>
  );
}

/** A link that looks like an icon button. */
export function IconLink({
  label,
  icon: Icon,
  href,
  className = '',
  children,
}: {
  label: string;
  icon: LucideIcon;
  href: string;
  className?: string;
  children?: React.ReactNode;
}) {
  return (
    <a href={href} aria-label={label} title={label} className={`icon-button ${className}`}>
      <Icon aria-hidden="true" />
      {children}
    </a>
  );
}
