// What in a script's syntax keeps it from being a simple one.
import type { Command, Redirection, SyntaxNode } from 'unbash';
import { baseName } from './shellScript.ts';

/** Builtins that change what later words mean, or run text. */
const NOT_SIMPLE = new Set([
  ...['eval', 'source', '.', 'trap', 'exec', 'coproc', 'alias', 'unalias', 'enable', 'hash', 'builtin', 'shopt', 'set'],
  ...['export', 'declare', 'typeset', 'local', 'readonly', 'let', 'unset', 'read', 'mapfile', 'readarray', 'getopts'],
  ...['bind', 'complete', 'compgen', 'fc', 'function', 'repeat', 'autoload', 'emulate', 'setopt', 'zmodload'],
]);

/** Why the node is not part of a simple script, in words for the user; null when it may be. */
export function obstacleIn(node: SyntaxNode): string | null {
  switch (node.type) {
    case 'Script':
      return node.errors === undefined || node.errors.length === 0 ? null : 'It cannot be read as a shell script.';
    case 'Statement':
    case 'AndOr':
    case 'Pipeline':
    case 'Negation':
    case 'Time':
    case 'CompoundList':
    case 'Subshell':
    case 'BraceGroup':
    case 'Redirected':
    case 'FileDescriptor':
    case 'Word':
    case 'Literal':
    case 'SingleQuoted':
    case 'DoubleQuoted':
    case 'Glob':
      return null;
    case 'Command':
      return commandObstacle(node);
    case 'Redirect':
    case 'HereString':
    case 'HereDoc':
      return redirectionObstacle(node);
    case 'Assignment':
    case 'ArrayValue':
      return 'It sets variables.';
    case 'Coproc':
      return 'It leaves a command in the background (coproc).';
    case 'Function':
      return 'It defines functions.';
    case 'AnsiCQuoted':
    case 'LocaleString':
      return "It hides text in a quotation with escapes ($'…').";
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      return 'What it does depends on variables.';
    case 'CommandExpansion':
    case 'ProcessSubstitution':
    case 'ArithmeticCommandExpansion':
      return 'It uses the output of commands as words or files.';
    case 'BraceExpansion':
    case 'ExtendedGlob':
      return 'It uses patterns that become several words.';
    default:
      return 'It has loops, conditions or calculations.';
  }
}

function commandObstacle({ name }: Command): string | null {
  if (name === undefined) return null; // its assignments and redirections speak for themselves
  const isLiteral = (name.parts ?? []).every(
    (part) =>
      part.type === 'Literal' ||
      part.type === 'SingleQuoted' ||
      (part.type === 'DoubleQuoted' && part.parts.every(({ type }) => type === 'Literal')),
  );
  if (!isLiteral || name.value === '') return 'The name of a command is not written out.';
  if (/[^\x20-\x7e]/.test(name.value))
    return `The command ${JSON.stringify(name.value)} has letters that only look like others.`;
  return NOT_SIMPLE.has(baseName(name.value))
    ? `It uses ${baseName(name.value)}, which can run or change anything.`
    : null;
}

function redirectionObstacle(node: Redirection): string | null {
  if (node.type !== 'Redirect') return 'It feeds a text to a command.';
  if (node.descriptor?.type === 'FileDescriptorVariable') return 'It sets variables.';
  const target = node.target?.text ?? '';
  if (target === '/dev/null') return null;
  if ((node.operator === '>&' || node.operator === '<&') && /^(?:\d|-)$/.test(target)) return null;
  return node.operator === '<' ? 'It reads a file as its input.' : 'It writes to a file.';
}
