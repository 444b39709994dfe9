// Where things are: the repository, and the cache folder that is shared by all copies of it.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is slow to get and the same for every copy of the repository; may be removed at any time. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bowline');
