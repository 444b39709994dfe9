// The rules of the user and of trusted workspaces in their files: which are in force, and how they are changed.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleBook } from '../../core/approval/ruleBook.ts';
import { hostPattern } from '../../core/approval/rules/hostNames.ts';
import { parseRuleFile, type FileRule } from '../../core/approval/rules/ruleFile.ts';
import { ruleSet } from '../../core/approval/rules/ruleMatch.ts';
import type { RuleProblem } from '../../core/approval/rules/ruleScope.ts';
import {
  appended,
  commandRuleText,
  networkRuleText,
  removed,
  switchedOff,
  switchedOn,
} from '../../core/approval/rules/ruleText.ts';
import type { Clock, Files } from '../../core/ports.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Rule, RuleListResult } from '../../protocol/schema/safety.ts';
import { errorCode } from '../fs/files.ts';
import { underFileLock } from './fileLock.ts';
import { RuleFolder, type FolderContent } from './ruleFolder.ts';

const FOLDER = 'rules';
/** Where what the user wants to be remembered is written, as the reference server does. */
const OWN_FILE = 'default.rules';
/** Only for its user: it tells what runs unasked. */
const OWN_FILE_MODE = 0o600;
const UNTRUSTED = 'The workspace is not trusted, so its rules are not in force.';

export interface RuleBookOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly files: Files;
  /** The folders of a workspace that may hold rules, each with the folder's own `rules` below, and whether the user trusts them. */
  workspaceFolders(cwd: string): { readonly folders: readonly string[]; readonly isTrusted: boolean };
}

interface OpenFolder {
  readonly scope: Rule['scope'];
  readonly folder: RuleFolder;
}

export function createRuleBook(options: RuleBookOptions): RuleBook {
  const { clock, files } = options;
  const listeners = new Set<() => void>();
  const folders = new Map<string, RuleFolder>();
  const changed = (): void => listeners.forEach((listener) => listener());
  const folderAt = (path: string): RuleFolder => {
    const folder = folders.get(path) ?? new RuleFolder(path, changed);
    folders.set(path, folder);
    return folder;
  };
  const home = folderAt(join(options.home, FOLDER));
  const open = (cwd: string | null): OpenFolder[] => {
    const workspace = cwd === null ? { folders: [], isTrusted: false } : options.workspaceFolders(cwd);
    const trusted = workspace.isTrusted ? workspace.folders : [];
    return [home, ...trusted.map((folder) => folderAt(join(folder, FOLDER)))].map((folder) => ({
      scope: folder === home ? 'home' : 'workspace',
      folder,
    }));
  };

  /** Changes a file as it is by then, whoever else has changed it before. */
  const change = async (path: string, edit: (text: string) => string): Promise<void> => {
    const file = await files.realPath(path);
    await underFileLock(file, clock, async () => {
      const text = await readOrEmpty(file);
      const edited = edit(text);
      if (edited === text) return;
      await files.write(file, new TextEncoder().encode(edited), text === '' ? OWN_FILE_MODE : undefined);
    });
    await Promise.all([...folders.values()].map((folder) => folder.read()));
  };

  const changeRule = async (
    id: string,
    cwd: string | null,
    edit: (text: string, rule: FileRule) => string,
  ): Promise<void> => {
    const known = await listed(open(cwd));
    const { path } = known.find((rule) => rule.id === id) ?? notFound();
    await change(path, (text) => {
      const { rules } = parseRuleFile(text);
      const rule = rules[idsOf(path, rules).indexOf(id)] ?? notFound();
      refuseNeighbours(rule, rules);
      return edit(text, rule);
    });
  };

  const append = async (text: string): Promise<void> => {
    const path = join(home.path, OWN_FILE);
    const { problems } = await home.read();
    // it would be written, and not be in force
    const problem = problems.find((found) => found.path === path || found.line === null);
    if (problem !== undefined) throw unusable(problem);
    try {
      await change(path, (before) => {
        const isThere = parseRuleFile(before).rules.some((rule) => rule.isEnabled && rule.text === text);
        return isThere ? before : appended(before, text);
      });
    } catch (error) {
      throw error instanceof ProtocolError ? error : cannotRemember(path, error);
    }
  };

  return {
    rules: async ({ cwd }) => {
      const opened = open(cwd);
      const contents = await Promise.all(opened.map(({ folder }) => folder.read()));
      return ruleSet(contents);
    },
    allowCommand: (pattern) => append(commandRuleText(pattern, 'allow')),
    async decideHost({ host, protocol }, action) {
      const name = hostPattern(host);
      if (name.type === 'wrong') throw new ProtocolError('invalidParams', name.message);
      await append(networkRuleText(name.pattern, WRITTEN_PROTOCOLS[protocol], action));
    },
    async list(cwd) {
      const opened = open(cwd);
      const contents = await Promise.all(opened.map(({ folder }) => folder.read()));
      return {
        data: await listed(opened),
        problems: [...contents.flatMap(({ problems }) => problems), ...(await untrustedFolders(options, cwd))],
      };
    },
    setEnabled: (id, isEnabled, cwd) =>
      changeRule(id, cwd, (text, rule) => {
        if (rule.isEnabled === isEnabled) return text;
        return isEnabled ? switchedOn(text, rule.lines) : switchedOff(text, rule.lines);
      }),
    remove: (id, cwd) => changeRule(id, cwd, (text, rule) => removed(text, rule.lines)),
    onDidChange: (listener) => void listeners.add(listener),
  };
}

const WRITTEN_PROTOCOLS = { http: 'http', https: 'https', socks5Tcp: 'socks5_tcp' } as const;

async function listed(opened: readonly OpenFolder[]): Promise<Rule[]> {
  const perFolder = await Promise.all(opened.map(async ({ scope, folder }) => rulesOf(await folder.read(), scope)));
  return perFolder.flat();
}

function rulesOf({ files }: FolderContent, scope: Rule['scope']): Rule[] {
  return files.flatMap((read) => {
    if (read.type === 'unreadable') return [];
    const { path, file } = read;
    const ids = idsOf(path, file.rules);
    return file.rules.map((rule, index): Rule => {
      const { decision, justification, line, isEnabled } = rule;
      const origin = { id: ids[index] ?? '', decision, justification, path, line, scope, isEnabled };
      if (rule.kind === 'network') return { ...origin, kind: 'network', host: rule.host };
      const pattern = rule.pattern.map((word) => (typeof word === 'string' ? word : [...word]));
      return { ...origin, kind: 'command', pattern };
    });
  });
}

/** From what a rule says and which of its likes it is: neither its line nor its being switched off counts. */
function idsOf(path: string, rules: readonly FileRule[]): string[] {
  const seen = new Map<string, number>();
  return rules.map(({ text }) => {
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return createHash('sha256')
      .update(JSON.stringify([path, text, before]))
      .digest('hex')
      .slice(0, 16);
  });
}

function refuseNeighbours(rule: FileRule, rules: readonly FileRule[]): void {
  const shares = rules.some(
    (other) => other !== rule && other.lines.start < rule.lines.end && rule.lines.start < other.lines.end,
  );
  if (!shares) return;
  throw new ProtocolError(
    'invalidRequest',
    `The rule in line ${rule.line} shares its line with another one. Put each on a line of its own in the file, then try again.`,
  );
}

/** Says that rules of a workspace are left out, so that nobody wonders. */
async function untrustedFolders(
  { workspaceFolders }: RuleBookOptions,
  cwd: string | null,
): Promise<RuleListResult['problems']> {
  const workspace = cwd === null ? null : workspaceFolders(cwd);
  if (workspace === null || workspace.isTrusted) return [];
  const contents = await Promise.all(
    workspace.folders.map((folder) => new RuleFolder(join(folder, FOLDER), () => undefined).read()),
  );
  return contents.flatMap(({ files }) => files.map(({ path }) => ({ path, line: null, message: UNTRUSTED })));
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function notFound(): never {
  throw new ProtocolError(
    'invalidRequest',
    'There is no such rule; it may have been changed meanwhile. List the rules again.',
    {
      kind: 'ruleNotFound',
    },
  );
}

function unusable({ path, line, message }: RuleProblem): ProtocolError {
  const place = line === null ? path : `${path}, line ${line}`;
  return new ProtocolError('invalidRequest', `${place}: ${message}`, { kind: 'ruleNotWritten' });
}

function cannotRemember(path: string, cause: unknown): ProtocolError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ProtocolError('internalError', `${path} cannot be changed: ${reason}`, { kind: 'ruleNotWritten', cause });
}
