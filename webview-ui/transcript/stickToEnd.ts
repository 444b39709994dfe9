// Keeps a scrolled box at its end while it grows, unless the user has scrolled away.

/** Closer to the end than this counts as at the end. */
const NEAR_END_PX = 32;
/** A box that moves up within this time of a key, a touch or a press was moved by it. */
const MOVED_BY_USER_MS = 500;
/** What can move the box by hand, apart from the wheel. */
const HANDS = ['keydown', 'pointerdown', 'touchmove'] as const;

export interface StickToEnd {
  isStuck(): boolean;
  /** Goes to the end and stays there. */
  stick(): void;
  /** Stays where it is from now on. */
  release(): void;
  dispose(): void;
}

export interface Growing {
  /** What scrolls. */
  readonly box: HTMLElement;
  /** What grows in it. */
  readonly content: HTMLElement;
  /** Called with whether the box sticks, whenever that changes. */
  readonly changed: (isStuck: boolean) => void;
}

export function stickToEnd({ box, content, changed }: Growing): StickToEnd {
  let isStuck = true;
  let last = { top: box.scrollTop, height: box.scrollHeight };

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
    // content that shrinks moves the place up as well: only a place that moved up by itself was moved by the user
    const movedUp = scrollTop < last.top - 1 && scrollHeight >= last.height;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) set(true);
    else if (movedUp) set(false);
    last = { top: scrollTop, height: scrollHeight };
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
