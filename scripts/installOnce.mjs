// Fills a cache folder exactly once: whole or not at all, also with two processes at it and after a power cut.
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from './progress.mjs';

const HEARTBEAT_MS = 2_000;
const ABANDONED_AFTER_MS = 20_000;
const LOOK_AGAIN_MS = 500;

/**
 * Makes sure that `folder` exists with all its content. The content is made in a folder beside it, which takes the name by one rename when it is whole:
 * a folder of that name is therefore always complete. While another process is at it, waits for that one; takes over when that one has died.
 * @param {string} folder absolute path
 * @param {(partialFolder: string) => Promise<void>} fill makes the content in the folder it is given
 * @param {(text: string) => void} [detail] told when another process is waited for
 */
export async function installOnce(folder, fill, detail = () => {}) {
  if (await exists(folder)) return;
  await makeFolder(dirname(folder));
  const unlock = await lock(`${folder}.lock`, detail);
  try {
    if (await exists(folder)) return;
    await removeLeftovers(folder);
    const partial = `${folder}.partial-${process.pid}`;
    await mkdir(partial);
    await fill(partial);
    await rename(partial, folder);
  } finally {
    await unlock();
  }
}

/** @param {string} path */
async function exists(path) {
  return (await modifiedAt(path)) !== undefined;
}

/** @param {string} path */
async function makeFolder(path) {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UserError(
      `The cache folder ${path} cannot be made.`,
      'Make it writable, or name another one: XDG_CACHE_HOME=/some/folder',
      error,
    );
  }
}

/**
 * Holds a lock file whose time is renewed while we live; one that is no longer renewed belongs to a process that died.
 * @param {string} path
 * @param {(text: string) => void} detail
 * @returns {Promise<() => Promise<void>>} releases it
 */
async function lock(path, detail) {
  while (!(await create(path))) {
    const since = await modifiedAt(path);
    if (since !== undefined && Date.now() - since > ABANDONED_AFTER_MS) await rm(path, { force: true });
    else {
      detail('another process is installing it, waiting for that');
      await delay(LOOK_AGAIN_MS);
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // the lock was taken from us: the rename at the end still decides
  }, HEARTBEAT_MS);
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  };
}

/** @param {string} path @returns {Promise<boolean>} whether it was not there before */
async function create(path) {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new UserError(
      `${path} cannot be written.`,
      'Make its folder writable, or name another one: XDG_CACHE_HOME=/some/folder',
      error,
    );
  }
}

/** @param {string} path @returns {Promise<number | undefined>} undefined if it does not exist */
async function modifiedAt(path) {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes what interrupted installations left. @param {string} folder */
async function removeLeftovers(folder) {
  const prefix = `${basename(folder)}.partial-`;
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
