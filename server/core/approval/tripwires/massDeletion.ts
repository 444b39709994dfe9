// Tripwire: deleting many files at once, by a patch or by naming each of them.
import { expandBraces } from '../shell/braces.ts';
import { programOf } from '../shell/shellScript.ts';
import type { Tripwire } from './tripwire.ts';

/** More than a refactoring takes away in one go. */
const MANY = 10;

export const massDeletion: Tripwire = {
  name: 'mass_deletion',
  command(command) {
    const texts = command.words.map(({ text }) => text);
    if (!['rm', 'unlink', 'del', 'shred'].includes(programOf(command)) && !isGitRm(texts)) return null;
    const files = command.words
      .slice(isGitRm(texts) ? 2 : 1)
      .filter(({ text }) => !text.startsWith('-'))
      .flatMap(expandBraces);
    return files.length > MANY ? `Deletes ${files.length} files or folders at once.` : null;
  },
};

export function massDeletionInPatch(deleted: readonly string[]): string | null {
  return deleted.length > MANY ? `The patch deletes ${deleted.length} files at once.` : null;
}

function isGitRm([program, subcommand]: readonly string[]): boolean {
  return program === 'git' && subcommand === 'rm';
}
