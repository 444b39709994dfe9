// Files with the rights of the user: reads, whole writes, folders, removal; nothing of it is for the model.
import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readdir, realpath, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostFiles } from '../../core/client/hostFiles.ts';
import { isWithin } from '../../core/pathPolicy/places.ts';
import { KEPT_PRIVATE } from '../../core/pathPolicy/reading.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { FsGetMetadataResult, FsReadDirectoryResult } from '../../protocol/schema/fs.ts';
import { copyEntry } from './hostCopy.ts';
import {
  isADirectory,
  keptPrivate,
  keyFileAt,
  leadsTo,
  lstatOrNull,
  notAFile,
  statOrNull,
  type KeyFile,
} from './hostPath.ts';
import { writeBytes } from './openBytes.ts';
import { watchPath } from './pathWatch.ts';
import { realPathOf } from './realPath.ts';
import { replaceFile } from './replaceFile.ts';

export interface HostFilesOptions {
  /** The file with the user's key. */
  readonly keyFile: string;
}

/** Its base64 is one string of a message; strings end at half a gigabyte. */
const MOST_BYTES = 256 * 1024 * 1024;
const { O_RDONLY, O_NONBLOCK } = constants;

export function createHostFiles(options: HostFilesOptions): HostFiles {
  const key = keyFileAt(options.keyFile);
  return {
    read: (path) => read(path, key),
    write: (path, bytes) => write(path, bytes, key),
    async createDirectory(path, isRecursive) {
      await mkdir(path, { recursive: isRecursive });
    },
    metadata,
    list,
    remove: (path, how) => remove(path, how, key),
    copy: (source, destination, isRecursive) => copyEntry({ source, destination, isRecursive }, key),
    watch: watchPath,
  };
}

/** Never waits for the other end of a pipe. */
async function read(path: string, key: KeyFile): Promise<Uint8Array> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notAFile(path);
    await key.refuse(stats);
    if (stats.size > MOST_BYTES) {
      const message = `\`${path}\` is too large for one message: ${stats.size} bytes`;
      throw new ProtocolError('invalidRequest', message, { kind: 'fileTooLarge', data: { mostBytes: MOST_BYTES } });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function write(path: string, bytes: Uint8Array, key: KeyFile): Promise<void> {
  const target = await leadsTo(path);
  if (target === key.path) throw keptPrivate(KEPT_PRIVATE);
  const existing = await statOrNull(target);
  if (existing !== null) {
    if (existing.isDirectory()) throw isADirectory(path);
    if (!existing.isFile()) throw notAFile(path);
    await key.refuse(existing);
    // a rename asks only the folder; a file that its user made read-only stays as it is
    await access(target, constants.W_OK);
  }
  await replaceFile(target, { existing, fill: (file) => writeBytes(file, bytes) });
}

async function metadata(path: string): Promise<FsGetMetadataResult> {
  const own = await lstat(path);
  const found = own.isSymbolicLink() ? await stat(path) : own;
  return {
    isDirectory: found.isDirectory(),
    isFile: found.isFile(),
    isSymlink: own.isSymbolicLink(),
    createdAtMs: Math.floor(found.birthtimeMs),
    modifiedAtMs: Math.floor(found.mtimeMs),
  };
}

async function list(path: string): Promise<FsReadDirectoryResult['entries']> {
  const entries = await readdir(path, { withFileTypes: true });
  const listed = await Promise.all(
    entries.map(async (entry) => {
      const found = entry.isSymbolicLink() ? await statOrNull(join(path, entry.name)) : entry;
      return found === null ? [] : [{ fileName: entry.name, isDirectory: found.isDirectory(), isFile: found.isFile() }];
    }),
  );
  return listed.flat();
}

interface Removal {
  readonly isRecursive: boolean;
  readonly isForced: boolean;
}

async function remove(path: string, { isRecursive, isForced }: Removal, key: KeyFile): Promise<void> {
  const existing = isForced ? await lstatOrNull(path) : await lstat(path);
  if (existing === null) return;
  if (existing.isDirectory()) {
    if (!isRecursive) return rmdir(path);
    await refuseAround(path, key);
    return rm(path, { recursive: true, force: true });
  }
  if (existing.isFile()) await key.refuse(existing);
  await unlink(path);
}

/** A slip of a client must not take the whole home with it: threads, rules and the key lie there. */
async function refuseAround(path: string, key: KeyFile): Promise<void> {
  if (isWithin(await realPathOf(dirname(key.path)), await realpath(path)))
    throw keptPrivate(`\`${path}\` holds Bowline's own home and is not removed as a whole`);
}
