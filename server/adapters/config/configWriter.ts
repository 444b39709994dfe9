// Writes values into the user's config.toml: checked first, the file's own layout kept, the old file or the new one and never half.
import { chmodSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { TomlTable, TomlValue } from 'smol-toml';
import {
  isTable,
  mergeLayers,
  splitPath,
  valueAt,
  type ConfigTable,
  type TableLayer,
} from '../../core/config/configTable.ts';
import { providerProblems } from '../../core/config/providers.ts';
import { settingsProblems } from '../../core/config/resolveSettings.ts';
import { HIDDEN, isSecretPath, shownConfig } from '../../core/config/shownConfig.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type {
  ConfigEdit,
  ConfigWriteRequest,
  ConfigWriteResult,
  OverriddenMetadata,
} from '../../protocol/schema/config.ts';
import { isCodexHome } from './codexHome.ts';
import { versionOf } from './configFile.ts';
import type { LayerFiles } from './layers.ts';
import { parseToml } from './toml.ts';
import { editToml, type TomlEdit } from './tomlEdit.ts';

type WriteErrorCode =
  | 'configLayerReadonly'
  | 'configVersionConflict'
  | 'configValidationError'
  | 'configPathNotFound'
  | 'userLayerNotFound';

/** The wire's error for a write that was refused. */
export function writeRefused(code: WriteErrorCode, message: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalidRequest', message, { kind: code, data: { config_write_error_code: code }, cause });
}

/** `path` is the user's file, which need not exist. Throws ProtocolError with the reason as `config_write_error_code`. */
export function writeConfig(files: LayerFiles, path: string, request: ConfigWriteRequest): ConfigWriteResult {
  const target = realPathOf(path);
  if (request.filePath && realPathOf(resolve(request.filePath)) !== target)
    throw writeRefused('configLayerReadonly', 'Only writes to the user config are allowed');
  if (isCodexHome(dirname(path)))
    throw writeRefused('configLayerReadonly', `${dirname(path)} is the home of Codex; Bowline does not write there.`);
  const text = textOf(target);
  const before = tableOf(text, path);
  if (request.expectedVersion && request.expectedVersion !== versionOf(before)) {
    const message = 'Configuration was modified since last read. Fetch latest version and retry.';
    throw writeRefused('configVersionConflict', message);
  }
  const edits = request.edits.map((edit) => tomlEditOf(edit, before));
  const written = edited(text, edits);
  const after = tableOf(written, path);
  refuseProblems(before, after);
  if (written !== text) writeFile(target, written);
  const overridden = overriddenBy(files.read(null).layers, edits, after);
  return {
    status: overridden === null ? 'ok' : 'okOverridden',
    version: versionOf(after),
    filePath: path,
    overriddenMetadata: overridden,
  };
}

function edited(text: string, edits: readonly TomlEdit[]): string {
  try {
    return editToml(text, edits);
  } catch (error) {
    throw writeRefused('configValidationError', messageOf(error), error);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw notWritten(path, error);
  }
}

function tableOf(text: string, path: string): ConfigTable {
  const parsed = parseToml(text.replace(/^\uFEFF/, ''));
  if (parsed.type === 'table') return parsed.table;
  const { line, column } = parsed.range.start;
  const message = `The configuration file cannot be read, so it is left as it is: ${parsed.message} (${path}, line ${line}, column ${column})`;
  throw writeRefused('configValidationError', message);
}

function tomlEditOf({ keyPath, value, mergeStrategy }: ConfigEdit, known: ConfigTable): TomlEdit {
  const path = splitPath(keyPath);
  if (path.length === 0) throw writeRefused('configValidationError', 'keyPath must not be empty');
  return { path, value: tomlValue(value, path, known), isMerged: mergeStrategy === 'upsert' };
}

/** Null takes a value away; what a client was shown as hidden is what it was. */
function tomlValue(value: JsonValue, path: readonly string[], known: ConfigTable): TomlValue | undefined {
  if (value === null) return undefined;
  if (value === HIDDEN && isSecretPath(path)) {
    const secret = valueIn(known, path);
    return typeof secret === 'string' ? secret : undefined;
  }
  if (Array.isArray(value)) {
    return value.map((entry, index) => {
      const inList = tomlValue(entry, [...path, String(index)], known);
      if (inList !== undefined) return inList;
      throw writeRefused(
        'configValidationError',
        `Invalid configuration: a list of TOML holds no null\nin \`${path.join('.')}\``,
      );
    });
  }
  if (!isTable(value)) return value;
  const entries = Object.entries(value).flatMap(([key, entry]): [string, TomlValue][] => {
    const inTable = tomlValue(entry, [...path, key], known);
    return inTable === undefined ? [] : [[key, inTable]];
  });
  return Object.fromEntries(entries) satisfies TomlTable;
}

function valueIn(table: ConfigTable, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = { ...table };
  for (const key of path) value = isTable(value) ? valueAt(value, key) : undefined;
  return value;
}

/** What was wrong before may stay so; what the edits would make wrong is refused. */
function refuseProblems(before: ConfigTable, after: ConfigTable): void {
  const known = new Set(problemsOf(before));
  const [problem] = problemsOf(after).filter((candidate) => !known.has(candidate));
  if (problem !== undefined) throw writeRefused('configValidationError', `Invalid configuration: ${problem}`);
}

function problemsOf(table: ConfigTable): string[] {
  return [...settingsProblems(table), ...providerProblems(table)].map(
    ({ path, message }) => `${message}\nin \`${path}\``,
  );
}

/** The first value that a stronger layer keeps from counting. */
function overriddenBy(
  layers: readonly TableLayer[],
  edits: readonly TomlEdit[],
  written: ConfigTable,
): OverriddenMetadata | null {
  const { config } = mergeLayers(layers);
  for (const { path } of edits) {
    const effective = valueIn(config, path);
    if (JSON.stringify(effective) === JSON.stringify(valueIn(written, path))) continue;
    const layer = layers.findLast(
      (candidate) => candidate.name['type'] !== 'user' && valueIn(candidate.config, path) !== undefined,
    );
    if (layer === undefined) continue;
    const [key = ''] = path.slice(-1);
    return {
      message: 'Overridden by session flags',
      overridingLayer: { name: layer.name, version: layer.version },
      effectiveValue: isSecretPath(path) ? HIDDEN : (shownConfig({ [key]: effective ?? null }, [])[key] ?? null),
    };
  }
  return null;
}

function writeFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, text, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notWritten(path, error);
  }
}

function notWritten(path: string, cause: unknown): ProtocolError {
  const message = `${path} could not be written: ${messageOf(cause)}`;
  return new ProtocolError('internalError', message, { kind: 'configNotWritten', cause });
}

/** A link to the file, e.g. of somebody who keeps dot files in a repository, stays a link. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // there is no such file yet
    return path;
  }
}
