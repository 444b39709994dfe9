// The OpenAI key: kept in the home's auth.json, readable by its owner alone, else taken from the environment. Never logged.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';

export interface ApiKey {
  /** The key that was stored, else that of OPENAI_API_KEY, else null. */
  key(): string | null;
  /** Throws ProtocolError invalidParams for what cannot be a key, internalError `keyNotStored` when it cannot be written. */
  store(key: string): void;
  /** Forgets the stored key; that of the environment stays. Throws ProtocolError internalError `keyNotStored`. */
  remove(): void;
}

const FILE_NAME = 'auth.json';
const MEMBER = 'OPENAI_API_KEY';

type AuthFile = Readonly<Record<string, unknown>>;

/** Where the key lies. */
export function keyFileOf(home: string): string {
  return join(home, FILE_NAME);
}

export function createApiKey(options: { home: string; env: Readonly<Record<string, string | undefined>> }): ApiKey {
  const path = keyFileOf(options.home);
  let stamp: string | null = null;
  let stored: string | null = null;

  /** Another process of the same home may have logged in meanwhile. */
  function storedKey(): string | null {
    const now = stampOf(path);
    if (now !== stamp) stored = now === null ? null : keyIn(readAuthFile(path));
    stamp = now;
    return stored;
  }

  return {
    key: () => storedKey() ?? (options.env[MEMBER]?.trim() || null),
    store(key) {
      const trimmed = key.trim();
      refuseNonKey(trimmed);
      writeAuthFile(path, { ...readAuthFile(path), [MEMBER]: trimmed });
    },
    remove() {
      const { [MEMBER]: _removed, ...rest } = readAuthFile(path);
      writeAuthFile(path, rest);
    },
  };
}

/** Changes with the file; null when there is none that can be looked at. */
function stampOf(path: string): string | null {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  } catch {
    // no file, or no right to see it: no key
    return null;
  }
}

function refuseNonKey(key: string): void {
  if (key === '') throw new ProtocolError('invalidParams', 'The API key is empty.', { data: { path: 'apiKey' } });
  if (/^[\x21-\x7e]+$/.test(key)) return;
  const message = 'The API key holds spaces or characters that no key has; copy it again.';
  throw new ProtocolError('invalidParams', message, { data: { path: 'apiKey' } });
}

/** A file that cannot be read counts as empty: logging in writes it anew. */
function readAuthFile(path: string): AuthFile {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    // not there, or not ours
    return {};
  }
}

function keyIn(file: AuthFile): string | null {
  const key = file[MEMBER];
  return typeof key === 'string' && key.trim() !== '' ? key.trim() : null;
}

/** The old file or the new one, never half; none when there is nothing to keep. */
function writeAuthFile(path: string, file: AuthFile): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    if (Object.keys(file).length === 0) return rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    const message = `The API key could not be saved in ${dirname(path)}: ${messageOf(error)}. Make the folder writable, or set OPENAI_API_KEY instead.`;
    throw new ProtocolError('internalError', message, { kind: 'keyNotStored', cause: error });
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // where it could not be written it is not there
  }
}
