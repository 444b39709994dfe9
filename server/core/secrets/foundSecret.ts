// A secret in a text, and what finds one.

/** A stretch of a text, from `start` up to but not including `end`, in UTF-16 code units. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
  /** What it is, in words, e.g. "GitHub token". Without `]`. */
  readonly label: string;
}

/** Finds secrets of known services. Must be quick: it sees all that commands print. */
export type SecretDetector = (text: string) => readonly FoundSecret[];
