// Skills on disk: a folder each, with a SKILL.md whose head says its name and what it is for. Read when listed, again when changed.
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Skills } from '../../core/skills.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { ConfigWriteRequest } from '../../protocol/schema/config.ts';
import type { Skill, SkillsConfigWriteParams, SkillsListEntry } from '../../protocol/schema/skill.ts';
import { frontMatterOf } from './frontMatter.ts';

/** An entry of `[[skills.config]]`: names a skill by its path or its name. */
export interface SkillSwitch {
  readonly path: string | null;
  readonly name: string | null;
  readonly enabled: boolean;
}

export interface SkillFilesOptions {
  /** Bowline's home. */
  readonly home: string;
  /** The `.bowline` folders of a workspace, outermost first, and whether the user trusts it. */
  workspaceFolders(cwd: string): { readonly folders: readonly string[]; readonly isTrusted: boolean };
  switches(): readonly SkillSwitch[];
  write(request: ConfigWriteRequest): Promise<unknown>;
}

interface Known {
  readonly stamp: string;
  readonly found: Found;
}

type Found =
  | { readonly type: 'skill'; readonly name: string; readonly description: string }
  | { readonly type: 'broken'; readonly message: string };

/** Nobody writes instructions of this size; in bytes. */
const LARGEST_FILE = 1024 * 1024;

export function createSkills(options: SkillFilesOptions): Skills {
  const known = new Map<string, Known>();
  let extraRoots: readonly string[] = [];

  async function listFor(cwd: string): Promise<SkillsListEntry> {
    const { folders, isTrusted } = options.workspaceFolders(cwd);
    const repoRoots = isTrusted
      ? folders.toReversed().flatMap((folder) => [join(folder, 'skills'), join(dirname(folder), '.agents', 'skills')])
      : [];
    const roots = [
      ...repoRoots.map((root) => ({ root, scope: 'repo' as const })),
      ...[join(options.home, 'skills'), ...extraRoots].map((root) => ({ root, scope: 'user' as const })),
    ];
    const entry: SkillsListEntry = { cwd, skills: [], errors: [] };
    const switches = options.switches();
    const seen = new Set<string>();
    for (const { root, scope } of roots) {
      for (const path of await skillPaths(root)) {
        if (seen.has(path)) continue;
        seen.add(path);
        const found = await readSkill(path, known);
        if (found === null) continue;
        if (found.type === 'broken') entry.errors.push({ path, message: found.message });
        else entry.skills.push(skillOf(found, { path, scope, switches }));
      }
    }
    return entry;
  }

  return {
    list: async (cwds) => await Promise.all(cwds.map(listFor)),
    setExtraRoots: (roots) => void (extraRoots = [...new Set(roots)]),
    switchSkill: async (params) => {
      const { path, name } = oneOf(params);
      const others = options.switches().filter((entry) => (path === null ? entry.name !== name : entry.path !== path));
      const all = params.enabled ? others : [...others, { path, name, enabled: false }];
      const value = all.length === 0 ? null : all.map(switchTable);
      await options.write({ edits: [{ keyPath: 'skills.config', value, mergeStrategy: 'replace' }] });
    },
  };
}

function oneOf({ path, name }: SkillsConfigWriteParams): { path: string | null; name: string | null } {
  if ((path ?? null) === null ? (name ?? null) !== null : (name ?? null) === null)
    return { path: path ?? null, name: name ?? null };
  throw new ProtocolError('invalidParams', 'skills/config/write requires exactly one of path or name');
}

function switchTable({ path, name, enabled }: SkillSwitch): { [key: string]: JsonValue } {
  return path === null ? { name, enabled } : { path, enabled };
}

function skillOf(
  { name, description }: Extract<Found, { type: 'skill' }>,
  at: { path: string; scope: Skill['scope']; switches: readonly SkillSwitch[] },
): Skill {
  const own = at.switches.findLast((entry) => (entry.path === null ? entry.name === name : entry.path === at.path));
  return { name, description, path: at.path, scope: at.scope, enabled: own?.enabled ?? true, pluginId: null };
}

async function skillPaths(root: string): Promise<string[]> {
  try {
    const names = await readdir(root);
    return names
      .filter((name) => !name.startsWith('.'))
      .toSorted()
      .map((name) => join(root, name, 'SKILL.md'));
  } catch {
    // no such folder, which is the usual case, or none that may be read
    return [];
  }
}

/** Null where there is no such file. */
async function readSkill(path: string, known: Map<string, Known>): Promise<Found | null> {
  try {
    const { mtimeMs, ctimeMs, size, ino, ...kind } = await stat(path);
    const stamp = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
    const before = known.get(path);
    if (before?.stamp === stamp) return before.found;
    // a pipe has no end
    if ((kind.mode & 0o170000) !== 0o100000) return { type: 'broken', message: 'SKILL.md is no file' };
    const found = size > LARGEST_FILE ? tooLarge(size) : foundIn(await readFile(path, 'utf8'));
    known.set(path, { stamp, found });
    return found;
  } catch (error) {
    known.delete(path);
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : { type: 'broken', message: messageOf(error) };
  }
}

function tooLarge(size: number): Found {
  return { type: 'broken', message: `SKILL.md has ${size} bytes; at most ${LARGEST_FILE} are read` };
}

function foundIn(text: string): Found {
  const head = frontMatterOf(text);
  if (head === null) return { type: 'broken', message: 'SKILL.md does not begin with a head between two --- lines' };
  const [name, description] = [head.get('name') ?? '', head.get('description') ?? ''];
  if (name === '' || description === '')
    return { type: 'broken', message: `the head of SKILL.md has no ${name === '' ? 'name' : 'description'}` };
  return { type: 'skill', name, description };
}
