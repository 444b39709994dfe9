// What is held in a scrolled box by the pointer: a button that moved away under the pointer would lose its click, and a selection its place.

/** What ends a press, wherever the pointer is by then; where the release went elsewhere, the next move shows it. */
const RELEASES = ['pointerup', 'pointercancel', 'pointermove'] as const;

export interface HeldPress {
  /** What was pressed and is not let go yet. */
  held(): Element | null;
  dispose(): void;
}

/** `released` is called after the click that the release may be. */
export function heldPress(box: HTMLElement, released: () => void): HeldPress {
  let held: Element | null = null;

  /** A press of the scrollbar is one of the box itself, and its release is not told; that of another button may go to a menu. */
  const pressed = ({ target, isPrimary, button }: PointerEvent): void => {
    const holds = isPrimary && button === 0 && target !== box;
    held = holds && target instanceof Element ? target : null;
  };
  const letGo = ({ buttons }: PointerEvent): void => {
    if (held === null || buttons !== 0) return;
    held = null;
    requestAnimationFrame(released);
  };

  box.addEventListener('pointerdown', pressed, { passive: true });
  for (const release of RELEASES) window.addEventListener(release, letGo, { passive: true });
  return {
    held: () => held,
    dispose: () => {
      box.removeEventListener('pointerdown', pressed);
      for (const release of RELEASES) window.removeEventListener(release, letGo);
    },
  };
}
