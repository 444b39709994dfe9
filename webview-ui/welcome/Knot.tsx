// The mark of Bowline: a loop that a rope is led through and around.

export function Knot() {
  return (
    <svg class="knot" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M30 4v15a7 7 0 0 1-7 7h-2a7 7 0 0 1 0-14h10a8 8 0 0 1 0 16h-5" />
      <path d="M26 28c-8 0-13 3-13 9s5 8 11 8 11-3 11-9c0-3-1-6-3-8" />
    </svg>
  );
}
