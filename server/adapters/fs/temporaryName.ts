// Names for files that are being written beside what they will replace; known as ours by their form.

let last = 0;

export function temporaryName(): string {
  last += 1;
  return `.bowline-${process.pid}-${last}.tmp`;
}

/** Whether a name is one of ours: nobody needs to hear of it. */
export function isTemporaryName(name: string): boolean {
  return /^\.bowline-\d+-\d+\.tmp$/.test(name);
}
