// What the server may read for the model unasked, and why it asks for the rest.
import { isKeptFile } from '../../protocol/keptFiles.ts';
import { credentialStoreOf } from './credentialStores.ts';
import { isWithinAnySpelling, type Places } from './places.ts';

/** What a path is to someone who wants to read it. */
export type ReadPlace =
  | { readonly type: 'free' }
  /** By its name, or by a `.bowlineignore`. */
  | { readonly type: 'kept'; readonly reason: string }
  /** A tripwire in every mode. */
  | { readonly type: 'credentials'; readonly reason: string }
  /** Bowline's own key: nobody is asked, and nobody can allow it. */
  | { readonly type: 'private'; readonly reason: string };

/** What is said instead of the content of the user's key file. */
export const KEPT_PRIVATE = 'It holds the keys of the user and is not read.';

export const FREE_TO_READ: ReadPlace = { type: 'free' };

/** `path` is absolute and resolved. `.bowlineignore` files are not looked at here. */
export function placeOfRead(path: string, places: Places): ReadPlace {
  if (places.bowlineHomes.some((home) => isWithinAnySpelling(path, `${home.replace(/[/\\]+$/, '')}/auth.json`)))
    return { type: 'private', reason: KEPT_PRIVATE };
  const label = credentialStoreOf(path, places);
  if (label !== null) return { type: 'credentials', reason: `It is where ${label} lie.` };
  if (isKeptFile(path)) return { type: 'kept', reason: 'A file of this name usually holds secrets.' };
  return FREE_TO_READ;
}
