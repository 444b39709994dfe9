// Buttons as VS Code draws them.
import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

export interface IconButtonProps {
  readonly icon: string;
  /** Read out, and shown as the tooltip. */
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly class?: string;
}

export function IconButton({ icon, label, onClick, disabled = false, class: extra = '' }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${extra}`}
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly kind?: 'primary' | 'secondary';
  readonly icon?: string;
  readonly disabled?: boolean;
  /** Read out in place of the text, and shown as the tooltip; begins with the text. */
  readonly label?: string;
}

export function Button({ children, onClick, kind = 'secondary', icon, disabled = false, label }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span class="button-label">{children}</span>
    </button>
  );
}
