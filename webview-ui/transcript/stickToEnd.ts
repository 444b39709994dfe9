// Keeps a scrolled box at its end while it grows, unless the user has scrolled away or holds something in it.
import { heldPress } from './heldPress.ts';

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

/** A button that is pressed may make its row smaller and larger again, and moves the box by that alone. */
function isPress(event: Event): boolean {
  return isOnButton(event.target) && (!(event instanceof KeyboardEvent) || event.key === 'Enter' || event.key === ' ');
}

function isOnButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button') !== null;
}

export function stickToEnd({ box, content, changed }: Growing): StickToEnd {
  let isStuck = true;
  let lastTop = box.scrollTop;
  let handAt = -MOVED_BY_USER_MS;

  const set = (next: boolean): void => {
    if (next === isStuck) return;
    isStuck = next;
    changed(next);
  };
  const toEnd = (): void => {
    if (isStuck && press.held() === null) box.scrollTop = box.scrollHeight;
  };
  const press = heldPress(box, toEnd);
  const scrolled = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = box;
    // rows that turn out larger or smaller than expected move the place as well: only the user's own hand leaves or reaches the end
    const isSelecting = press.held() !== null && !isOnButton(press.held());
    const isByHand = isSelecting || performance.now() - handAt < MOVED_BY_USER_MS;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (isByHand && isNearEnd) set(true);
    else if (isByHand && scrollTop < lastTop - 1) set(false);
    // a drag of the scrollbar goes on after its press
    if (isByHand && !isStuck) handAt = performance.now();
    lastTop = scrollTop;
  };
  /** A turn of the wheel says what the user wants even when the box is moved back to its end before it scrolls. */
  const wheeled = (event: WheelEvent): void => {
    handAt = performance.now();
    if (event.deltaY < 0 && box.scrollHeight > box.clientHeight) set(false);
  };

  const touched = (event: Event): void => {
    if (!isPress(event)) handAt = performance.now();
  };

  for (const hand of HANDS) box.addEventListener(hand, touched, { passive: true });
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
      press.dispose();
      for (const hand of HANDS) box.removeEventListener(hand, touched);
      box.removeEventListener('scroll', scrolled);
      box.removeEventListener('wheel', wheeled);
    },
  };
}
