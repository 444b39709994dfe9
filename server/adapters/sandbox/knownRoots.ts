// Where the folders that commands may write to really lie, as it was when each was first used.
import { realpathSync } from 'node:fs';

export interface KnownRoots {
  /** With links resolved; null when it is not there. Throws where it leads to another place than before. */
  realPathOf(path: string): string | null;
}

/**
 * A command of one thread may write around the workspace of another, as in /tmp, and put a link in its place. What that leads to would be
 * opened to the next command.
 */
export function createKnownRoots(): KnownRoots {
  const known = new Map<string, string>();
  return {
    realPathOf(path) {
      const now = resolved(path);
      // a folder that is made later is where its name says, or nowhere
      const before = known.get(path) ?? (now === null ? path : now);
      known.set(path, before);
      if (now === null || now === before) return now;
      throw new Error(
        `${path} leads to ${now}, but led to ${before} before. If you changed that, start Bowline again.`,
      );
    },
  };
}

function resolved(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // said by the command itself when it wants to write there
  }
}
