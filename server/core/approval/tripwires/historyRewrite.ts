// Tripwire: rewriting or throwing away history, and work that was never committed.
import { hasFlag } from '../shell/shellScript.ts';
import { gitCall } from './gitArguments.ts';
import type { Tripwire } from './tripwire.ts';

export const historyRewrite: Tripwire = {
  name: 'history_rewrite',
  command(command) {
    const call = gitCall(command);
    const what = call === null ? null : rewritten(call.subcommand, call.args);
    return what === null ? null : `${what}: git ${call?.subcommand} ${call?.args.join(' ')}`.trim().slice(0, 160);
  },
};

const LOSES_WORK = 'Throws away changes that were not committed';
const REWRITES = 'Rewrites history';
const DROPS = 'Deletes what only git still remembers';

/**
 * A plain `commit --amend` and a soft reset lose nothing that the reflog would not give back at once, so they do not count. What throws
 * away work of the whole folder does; of single files it does not.
 */
function rewritten(subcommand: string, args: readonly string[]): string | null {
  const has = (letters: string, ...long: string[]): boolean => hasFlag(args, letters, ...long);
  const words = args.filter((arg) => !arg.startsWith('-'));
  switch (subcommand) {
    case 'push':
      return pushed(args);
    case 'reset':
      return has('', '--hard', '--merge', '--keep') ? `${LOSES_WORK}, or moves a branch away from its commits` : null;
    case 'rebase':
      return has('', '--abort', '--quit', '--continue', '--skip', '--edit-todo', '--show-current-patch')
        ? null
        : REWRITES;
    case 'filter-branch':
    case 'filter-repo':
    case 'replace':
      return args.length === 0 && subcommand === 'replace' ? null : REWRITES;
    case 'update-ref':
      return has('d', '--stdin', '--delete') ? 'Deletes a branch or tag with what only it remembers' : null;
    case 'reflog':
      return words[0] === 'expire' || words[0] === 'delete' ? DROPS : null;
    case 'gc':
      return args.some((arg) => /^--prune=(?:now|all)/.test(arg)) ? DROPS : null;
    case 'prune':
      return has('n', '--dry-run') ? null : DROPS;
    case 'branch':
      return has('D') || (has('d', '--delete') && has('f', '--force'))
        ? 'Deletes a branch although it was not merged'
        : null;
    case 'stash':
      return words[0] === 'drop' || words[0] === 'clear' ? 'Deletes stashed work' : null;
    case 'checkout':
    case 'switch':
      if (has('f', '--force', '--discard-changes')) return LOSES_WORK;
      return subcommand === 'checkout' && words.some(isWholeFolder) ? LOSES_WORK : null;
    case 'rm':
      return has('f', '--force') && !has('', '--cached') && words.some(isWholeFolder) ? LOSES_WORK : null;
    case 'restore':
      return words.some(isWholeFolder) && !(has('S', '--staged') && !has('W', '--worktree')) ? LOSES_WORK : null;
    case 'worktree':
      return words[0] === 'remove' && has('f', '--force') ? LOSES_WORK : null;
    default:
      return null;
  }
}

function pushed(args: readonly string[]): string | null {
  const forces = hasFlag(args, 'f') || args.some((arg) => /^--(?:force|mir|pru)/.test(arg));
  const words = args.filter((arg) => !arg.startsWith('-'));
  if (forces || words.some((word) => /^\+./.test(word))) return 'Overwrites history on the remote';
  const deletes = hasFlag(args, 'd', '--delete') || words.slice(1).some((word) => /^:./.test(word));
  return deletes ? 'Deletes a branch or tag on the remote' : null;
}

function isWholeFolder(word: string): boolean {
  return /^(?:\.|\.\/|\*|:\/|:\(top\).*|\$\(git rev-parse --show-toplevel\))$/.test(word);
}
