// Keeps a scrolled box at its end while it grows, unless the user has scrolled away.

/** Closer to the end than this counts as at the end. */
const NEAR_END_PX = 32;

export interface StickToEnd {
  isStuck(): boolean;
  /** Goes to the end and stays there. */
  stick(): void;
  /** Stays where it is from now on. */
  release(): void;
  dispose(): void;
}

/**
 * @param box what scrolls
 * @param content what grows in it
 * @param changed called with whether the box sticks, whenever that changes
 */
export function stickToEnd({ box, content, changed }: { box: HTMLElement; content: HTMLElement; changed: (isStuck: boolean) => void }): StickToEnd {
  let isStuck = true;
  let lastTop = box.scrollTop;
  let lastHeight = box.scrollHeight;

  const set = (next: boolean): void => {
    if (next === isStuck) return;
    isStuck = next;
    changed(next);
  };
  const toEnd = (): void => {
    if (isStuck) box.scrollTop = box.scrollHeight;
  };
  const scrolled = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = box;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // content that shrinks moves the place up as well: only a place that moved up by itself was moved by the user
    const movedUp = scrollTop < lastTop - 1 && scrollHeight >= lastHeight;
    if (isNearEnd) set(true);
    else if (movedUp) set(false);
    lastTop = scrollTop;
    lastHeight = scrollHeight;
  };
  /** A turn of the wheel says what the user wants even when the box is moved back to its end before it scrolls. */
  const wheeled = (event: WheelEvent): void => {
    if (event.deltaY < 0 && box.scrollHeight > box.clientHeight) set(false);
  };

  box.addEventListener('scroll', scrolled, { passive: true });
  box.addEventListener('wheel', wheeled, { passive: true });
  const sizes = new ResizeObserver(toEnd);
  sizes.observe(content);
  sizes.observe(box);
  return {
    isStuck: () => isStuck,
    stick: () => {
      set(true);
      toEnd();
    },
    release: () => set(false),
    dispose: () => {
      sizes.disconnect();
      box.removeEventListener('scroll', scrolled);
      box.removeEventListener('wheel', wheeled);
    },
  };
}
