// A line that unfolds: an icon, what happened, how it went, and more below when it is open.
import type { ComponentChildren } from 'preact';
import { Icon, type IconTone } from './icon.tsx';
import { useFold } from './context.ts';

export interface FoldProps {
  readonly foldKey: string;
  readonly icon: string;
  readonly tone?: IconTone;
  readonly title: ComponentChildren;
  /** On the right of the line, e.g. the exit code. */
  readonly meta?: ComponentChildren;
  readonly openByDefault?: boolean;
  /** Nothing to unfold: the line is no button. */
  readonly children?: ComponentChildren;
}

export function Fold({ foldKey, icon, tone = 'quiet', title, meta, openByDefault = false, children }: FoldProps) {
  const [open, toggle] = useFold(foldKey, openByDefault);
  const line = (
    <>
      <Icon name={icon} tone={tone} />
      <span class="fold-title">{title}</span>
      {meta !== undefined && <span class="fold-meta">{meta}</span>}
    </>
  );
  if (children === undefined || children === null || children === false) return <div class="fold-line">{line}</div>;
  return (
    <div class={`fold ${open ? 'open' : ''}`}>
      <button type="button" class="fold-line" aria-expanded={open} onClick={toggle}>
        {line}
        <Icon name={open ? 'chevron-down' : 'chevron-right'} tone="quiet" />
      </button>
      {open && <div class="fold-body">{children}</div>}
    </div>
  );
}
