// Names of folders and files that decide what runs later: a change of them always asks, wherever in a workspace they lie.
import { BOWLINE_IGNORE, comparableName } from '../../protocol/keptFiles.ts';

/** At any depth, and so in nested repositories too. */
export const PROTECTED_NAMES: readonly string[] = ['.git', '.vscode', '.bowline', '.mcp.json', BOWLINE_IGNORE];

/** What Windows may call them beside their names. */
const SHORT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^git~\d+$/, '.git'],
  [/^vscode~\d+$/, '.vscode'],
  [/^(bowlin~\d+|bo[0-9a-f]{4}~\d+)$/, '.bowline'],
  [/^mcp~\d+\.jso$/, '.mcp.json'],
];

/** The protected name that a part of the path is, under whatever spelling; null when none is. Give it the part below the workspace. */
export function protectedNameIn(path: string): string | null {
  for (const part of path.split(/[/\\]/)) {
    const name = comparableName(part);
    if (PROTECTED_NAMES.includes(name)) return name;
    const short = SHORT_NAMES.find(([pattern]) => pattern.test(name));
    if (short !== undefined) return short[1];
  }
  return null;
}
