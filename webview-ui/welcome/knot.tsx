// The mark of Bowline, as it stands in the activity bar.

export function Knot() {
  return (
    <svg class="knot" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M15.6 1.2v4.4" />
      <path d="M15.6 9.6c0 2.4-1.7 3.6-4.9 3.6-2.9 0-4.9-.9-4.9-2.8s2-2.9 4.9-2.9h4.4c3.9 0 6.1 2.5 6.1 6.2 0 5-4 9-9.1 9-5 0-9.3-2.7-9.3-5.4 0-2.1 2.3-2.4 4.8-2.2" />
      <path d="M10.7 10.7V5.2c0-1.8 1-2.6 2.3-2.6M18.2 2.6c1.4.1 2.1.9 2.1 2.1" />
    </svg>
  );
}
