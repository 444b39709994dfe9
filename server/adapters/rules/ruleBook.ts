// The rules of the user and of trusted workspaces in their files: which are in force, and how they are changed.
import { join } from 'node:path';
import type { RuleBook, RuleSet } from '../../core/approval/ruleBook.ts';
import { hostPattern } from '../../core/approval/rules/hostNames.ts';
import { parseRuleFile, type FileRule } from '../../core/approval/rules/ruleFile.ts';
import { joined } from '../../core/approval/rules/ruleMatch.ts';
import type { RuleProblem } from '../../core/approval/rules/ruleScope.ts';
import {
  appended,
  commandRuleText,
  networkRuleText,
  removed,
  switchedOff,
  switchedOn,
} from '../../core/approval/rules/ruleText.ts';
import type { Clock, NetworkTarget } from '../../core/ports.ts';
import type { Settings } from '../../core/settings.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { Rule, RuleListResult } from '../../protocol/schema/safety.ts';
import { changeFile } from './changeFile.ts';
import { idsOf, shownRules } from './ruleIds.ts';
import { RuleFolder, type FolderContent } from './ruleFolder.ts';

const FOLDER = 'rules';
/** Where what the user wants to be remembered is written, as the reference server does. */
const OWN_FILE = 'default.rules';
const UNTRUSTED = 'The workspace is not trusted, so its rules are not in force.';
const WRITTEN_PROTOCOLS = { http: 'http', https: 'https', socks5Tcp: 'socks5_tcp' } as const;

export interface RuleBookOptions {
  readonly home: string;
  readonly clock: Clock;
  /** The folders of a workspace that may hold Bowline's own files, and whether the user trusts it. */
  workspaceFolders(cwd: string): { readonly folders: readonly string[]; readonly isTrusted: boolean };
}

interface ScopedContent extends FolderContent {
  readonly scope: Rule['scope'];
}

export class RuleFiles implements RuleBook {
  readonly #options: RuleBookOptions;
  readonly #home: RuleFolder;
  /** By path: every folder that was looked at. */
  readonly #folders = new Map<string, RuleFolder>();
  readonly #listeners = new Set<() => void>();

  constructor(options: RuleBookOptions) {
    this.#options = options;
    this.#home = this.#folder(join(options.home, FOLDER));
  }

  async rules({ cwd, isWorkspaceTrusted }: Settings): Promise<RuleSet> {
    return joined((await this.#read(isWorkspaceTrusted === false ? null : cwd)).map(({ set }) => set));
  }

  async allowCommand(pattern: readonly string[]): Promise<void> {
    await this.#append(commandRuleText(pattern, 'allow'));
  }

  async decideHost(
    { host, protocol }: Pick<NetworkTarget, 'host' | 'protocol'>,
    action: 'allow' | 'deny',
  ): Promise<void> {
    const name = hostPattern(host);
    if (name.type === 'wrong') throw new ProtocolError('invalidParams', name.message);
    await this.#append(networkRuleText(name.pattern, WRITTEN_PROTOCOLS[protocol], action));
  }

  async list(cwd: string | null): Promise<RuleListResult> {
    const contents = await this.#read(cwd);
    return {
      data: contents.flatMap(({ scope, files }) => shownRules(files, scope)),
      problems: [...contents.flatMap(({ problems }) => problems), ...(await this.#untrusted(cwd))],
    };
  }

  async setEnabled(id: string, isEnabled: boolean, cwd: string | null): Promise<void> {
    await this.#changeRule({ id, cwd }, (text, rule) => {
      if (rule.isEnabled === isEnabled) return text;
      return isEnabled ? switchedOn(text, rule.lines) : switchedOff(text, rule.lines);
    });
  }

  async remove(id: string, cwd: string | null): Promise<void> {
    await this.#changeRule({ id, cwd }, (text, rule) => removed(text, rule.lines));
  }

  onDidChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #folder(path: string): RuleFolder {
    const folder = this.#folders.get(path) ?? new RuleFolder(path, () => this.#changed());
    this.#folders.set(path, folder);
    return folder;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** What holds for a folder; for none, what holds everywhere. The user's own comes first. */
  async #read(cwd: string | null): Promise<ScopedContent[]> {
    const workspace = cwd === null ? null : this.#options.workspaceFolders(cwd);
    const paths = workspace?.isTrusted === true ? workspace.folders.map((folder) => join(folder, FOLDER)) : [];
    const [home, ...others] = await Promise.all(
      [this.#home, ...paths.map((path) => this.#folder(path))].map((folder) => folder.read()),
    );
    return [
      ...(home === undefined ? [] : [{ ...home, scope: 'home' as const }]),
      ...others.map((content) => ({ ...content, scope: 'workspace' as const })),
    ];
  }

  /** Says that rules of a workspace are left out, so that nobody wonders. */
  async #untrusted(cwd: string | null): Promise<RuleProblem[]> {
    const workspace = cwd === null ? null : this.#options.workspaceFolders(cwd);
    if (workspace === null || workspace.isTrusted) return [];
    const folders = workspace.folders.map((folder) => new RuleFolder(join(folder, FOLDER), () => undefined));
    const contents = await Promise.all(folders.map((folder) => folder.read()));
    return contents.flatMap(({ files }) => files.map(({ path }) => ({ path, line: null, message: UNTRUSTED })));
  }

  async #changeRule(
    { id, cwd }: { readonly id: string; readonly cwd: string | null },
    edit: (text: string, rule: FileRule) => string,
  ): Promise<void> {
    const { data } = await this.list(cwd);
    const { path } = data.find((rule) => rule.id === id) ?? notFound();
    await this.#change(path, (text) => {
      const { rules } = parseRuleFile(text);
      const rule = rules[idsOf(path, rules).indexOf(id)] ?? notFound();
      refuseNeighbours(rule, rules);
      return edit(text, rule);
    });
  }

  async #append(rule: string): Promise<void> {
    const path = join(this.#home.path, OWN_FILE);
    const { problems } = await this.#home.read();
    // it would be written, and not be in force
    const problem = problems.find((found) => found.path === path || found.line === null);
    if (problem !== undefined) throw unusable(problem);
    await this.#change(path, (text) => {
      const isThere = parseRuleFile(text).rules.some(({ isEnabled, text: known }) => isEnabled && known === rule);
      return isThere ? text : appended(text, rule);
    });
  }

  /** Changes a file as it is by then, whoever else has changed it before; then tells. */
  async #change(path: string, edit: (text: string) => string): Promise<void> {
    try {
      await changeFile(path, this.#options.clock, edit);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw new ProtocolError('internalError', `${path} cannot be changed: ${messageOf(error)}`, {
        kind: 'ruleNotWritten',
        cause: error,
      });
    }
    await Promise.all([...this.#folders.values()].map((folder) => folder.read()));
  }
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

function notFound(): never {
  const message = 'There is no such rule; it may have been changed meanwhile. List the rules again.';
  throw new ProtocolError('invalidRequest', message, { kind: 'ruleNotFound' });
}

function unusable({ path, line, message }: RuleProblem): ProtocolError {
  const place = line === null ? path : `${path}, line ${line}`;
  return new ProtocolError('invalidRequest', `${place}: ${message}`, { kind: 'ruleNotWritten' });
}
