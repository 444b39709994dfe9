// The layers of the configuration, weakest first: the user's file, the trusted workspace's files, the command line.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  isTable,
  setPath,
  splitPath,
  valueAt,
  type ConfigTable,
  type TableLayer,
} from '../../core/config/configTable.ts';
import type { ConfigWarning } from '../../protocol/schema/initialize.ts';
import { ConfigFile, versionOf, type FileContent } from './configFile.ts';
import { parseTomlValue } from './toml.ts';

const FILE_NAME = 'config.toml';
const FOLDER_NAME = '.bowline';

/**
 * What a repository may not decide about the one who opens it: where requests and keys are sent, which folders are trusted, and which
 * tripwires are off.
 */
const NOT_FOR_PROJECTS = ['model_providers', 'projects', 'tripwires'];

/** Layers that could be read, and what is wrong with the files. `isBroken`: a file could not be read at all. */
export interface ReadLayers {
  readonly layers: readonly TableLayer[];
  readonly warnings: readonly ConfigWarning[];
  readonly isBroken: boolean;
}

export class LayerFiles {
  readonly #home: string;
  readonly #user: ConfigFile;
  readonly #session: TableLayer | null;
  readonly #sessionWarnings: readonly ConfigWarning[];
  readonly #projectFiles = new Map<string, ConfigFile>();

  /** `overrides` are the values of `-c`, each `dotted.key=value`. */
  constructor(home: string, overrides: readonly string[]) {
    this.#home = home;
    this.#user = new ConfigFile(join(home, FILE_NAME));
    const { table, warnings } = sessionTable(overrides);
    this.#session = overrides.length === 0 ? null : layerOf({ type: 'sessionFlags' }, table);
    this.#sessionWarnings = warnings;
  }

  /** The layers for a folder; without one, or in one that a client does not trust, those that hold everywhere. */
  read(cwd: string | null, isUntrusted = false): ReadLayers {
    const { path } = this.#user;
    const user = this.#user.read();
    const userLayer = layerOf({ type: 'user', file: path, profile: null }, user.type === 'table' ? user.table : {});
    const everywhere = [userLayer, ...(this.#session === null ? [] : [this.#session])];
    const projects = cwd !== null && !isUntrusted && isTrusted(everywhere, cwd) ? this.#projectLayers(cwd) : [];
    const contents = [{ path, content: user }, ...projects];
    return {
      layers: [
        userLayer,
        ...projects.flatMap((project) => (project.layer === null ? [] : [project.layer])),
        ...(this.#session === null ? [] : [this.#session]),
      ],
      warnings: [...this.#sessionWarnings, ...contents.flatMap(warningsFor)],
      isBroken: contents.some(({ content }) => content.type === 'broken'),
    };
  }

  get userPath(): string {
    return this.#user.path;
  }

  /** The layers of a folder that do not count because the user has not said that it is to be trusted, and why. */
  ignored(cwd: string): TableLayer[] {
    if (isTrusted(this.read(null).layers, cwd)) return [];
    const disabledReason = `To load the configuration of this workspace, add ${cwd} as a trusted project in ${this.#user.path}.`;
    return this.#projectLayers(cwd).flatMap(({ layer }) =>
      layer === null ? [] : [{ name: layer.name, version: layer.version, config: layer.config, disabledReason }],
    );
  }

  /** The folders of a workspace that may hold Bowline's own files, outermost first, and whether the user trusts it. */
  workspaceFolders(cwd: string): { readonly folders: readonly string[]; readonly isTrusted: boolean } {
    const folders = foldersDownTo(cwd).map((folder) => join(folder, FOLDER_NAME));
    return {
      folders: folders.filter((folder) => folder !== this.#home),
      isTrusted: isTrusted(this.read(null).layers, cwd),
    };
  }

  #projectLayers(cwd: string): { path: string; content: FileContent; layer: TableLayer | null }[] {
    return foldersDownTo(cwd).flatMap((folder) => {
      const dotFolder = join(folder, FOLDER_NAME);
      if (dotFolder === this.#home) return [];
      const file = this.#projectFile(join(dotFolder, FILE_NAME));
      const content = file.read();
      if (content.type === 'absent') return [];
      const allowed = content.type === 'table' ? withoutKeys(content.table, NOT_FOR_PROJECTS) : {};
      const layer = content.type === 'table' ? layerOf({ type: 'project', dotCodexFolder: dotFolder }, allowed) : null;
      return [{ path: file.path, content, layer }];
    });
  }

  #projectFile(path: string): ConfigFile {
    const file = this.#projectFiles.get(path) ?? new ConfigFile(path);
    this.#projectFiles.set(path, file);
    return file;
  }
}

/** Whether the user trusts the folder, or the repository that it lies in. The folder's own word counts before the repository's. */
export function isTrusted(layers: readonly TableLayer[], cwd: string): boolean {
  for (const folder of new Set([cwd, repositoryOf(cwd) ?? cwd])) {
    for (const layer of layers.toReversed()) {
      const projects = valueAt(layer.config, 'projects');
      const project = isTable(projects) ? valueAt(projects, folder) : undefined;
      const level = isTable(project) ? valueAt(project, 'trust_level') : undefined;
      if (level !== undefined) return level === 'trusted';
    }
  }
  return false;
}

/** The nearest folder upwards that holds `.git`; null outside of a repository. */
export function repositoryOf(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** From the repository's root, or the folder itself outside of one, down to the folder. */
function foldersDownTo(cwd: string): string[] {
  const root = repositoryOf(cwd) ?? cwd;
  const folders = [cwd];
  while (folders[0] !== undefined && folders[0] !== root) folders.unshift(dirname(folders[0]));
  return folders;
}

function layerOf(name: TableLayer['name'], config: ConfigTable): TableLayer {
  return {
    name,
    get version() {
      return versionOf(config);
    },
    config,
  };
}

function sessionTable(overrides: readonly string[]): { table: ConfigTable; warnings: ConfigWarning[] } {
  let table: ConfigTable = {};
  const warnings: ConfigWarning[] = [];
  for (const override of overrides) {
    const at = override.indexOf('=');
    const path = splitPath(override.slice(0, Math.max(0, at)).trim());
    if (path.length > 0) table = setPath(table, path, parseTomlValue(override.slice(at + 1)));
    else warnings.push({ summary: `-c ${override} was ignored`, details: 'It must be written as key=value.' });
  }
  return { table, warnings };
}

function warningsFor({
  path,
  content,
  layer,
}: {
  path: string;
  content: FileContent;
  layer?: TableLayer | null;
}): ConfigWarning[] {
  if (content.type === 'broken') {
    const range = content.range ?? undefined;
    const at = range === undefined ? '' : `, line ${range.start.line}, column ${range.start.column}`;
    const details = `${content.message} (${path}${at})`;
    return [
      {
        summary: 'The configuration file cannot be read; threads cannot start until it is corrected.',
        details,
        path,
        ...(range && { range }),
      },
    ];
  }
  if (content.type === 'absent' || layer === undefined) return [];
  const refused = NOT_FOR_PROJECTS.filter((key) => Object.hasOwn(content.table, key));
  if (refused.length === 0) return [];
  return [{ summary: `A workspace cannot set ${refused.join(' or ')}; these were ignored.`, details: path, path }];
}

function withoutKeys(table: ConfigTable, keys: readonly string[]): ConfigTable {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !keys.includes(key)));
}
