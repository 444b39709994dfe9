// Tells a home that Codex itself uses; nothing of ours is written into it.
import { readdirSync } from 'node:fs';

/** What Codex makes there by itself: a folder with a config.toml alone may as well have been made for us. */
const TRACES =
  /^(?:installation_id|sessions|archived_sessions|session_index\.jsonl|(?:state|logs|thread_history)_\d+\.sqlite)$/;

/** A folder with a database of ours is ours, whatever else lies in it. */
export function isCodexHome(folder: string): boolean {
  try {
    const names = readdirSync(folder);
    return !names.includes('threads.db') && names.some((name) => TRACES.test(name));
  } catch {
    // not there, or not to be read: nobody's home
    return false;
  }
}
