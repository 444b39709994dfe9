// Whether a word of a command names credentials, by the path policy and by what the word alone tells.
import { CREDENTIAL_STORES, credentialStoreLike, credentialStoreOf } from '../pathPolicy/credentialStores.ts';
import { comparablePath, type Places } from '../pathPolicy/places.ts';
import { expandBraces } from './shell/braces.ts';
import { homeAround, valueOf, type Place } from './shell/place.ts';
import type { ShellWord } from './shell/word.ts';
import { resolvePath } from '../patch/paths.ts';

/** Each path of a store has one of these names in it: what has none needs no closer look. */
const TELLING = new Set([
  ...CREDENTIAL_STORES.flatMap(({ paths }) => paths.map((path) => comparablePath(path).split('/').at(-1) ?? path)),
  ...['auth.json', 'environ', 'mem', 'auxv', 'kcore', 'kmem'],
]);
const HOST_KEY = /ssh_host_/;
/** A pattern that could lead to a store: they all lie below hidden folders, or with the system's files. */
const WILD = /^(?=.*[*?[{]).*(?:\/\.|^\/etc\/)/s;
/** The whole disk once more. */
const ROOT_OF_PROCESS = /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?root(?=\/)/;

/** What lies where the word points to, e.g. "SSH keys"; null for nothing of the kind. The homes of all users count. */
export function credentialsAt(word: ShellWord, place: Place, places: Places): string | null {
  for (const path of expandBraces(word).flatMap((one) => pathsIn(one, place))) {
    const homes = { ...places, userHomes: [...places.userHomes, place.home, homeAround(path)] };
    const like = word.isLiteral || !WILD.test(path) ? null : credentialStoreLike(path, homes);
    if (like !== null && !path.endsWith('.pub')) return like;
    if (
      !comparablePath(path)
        .split('/')
        .some((name) => TELLING.has(name) || HOST_KEY.test(name))
    )
      continue;
    // the public half of a key, and the hosts that are known, are no secrets
    if (/\.pub$|\/\.ssh\/known_hosts$/.test(path)) continue;
    const label = credentialStoreOf(path, homes);
    if (label !== null) return label;
  }
  return null;
}

/** Paths that a word may name: itself, and what follows a `@` (curl), a `=` or a `:`. Somewhere unknown counts as the home folder. */
export function pathsIn(word: ShellWord, place: Place): string[] {
  const known: Place = place.folder === null ? { ...place, folder: place.home } : place;
  // a quoted `~` is one for the programs that are given it
  const value = (valueOf(word, known) ?? word.text.replace(/^\$\{?\w+\}?/, known.home)).replace(
    /^~(?=\/|$)/,
    known.home,
  );
  const whole = resolvePath(known.folder ?? known.home, value).replace(ROOT_OF_PROCESS, '');
  const parts = value.split(/[@=:,]/).slice(1);
  return [
    whole,
    ...parts
      .filter((part) => part !== '')
      .map((part) => resolvePath(known.folder ?? known.home, part.replace(/^~(?=\/|$)/, known.home))),
  ];
}
