// Files that are kept from the model by their name: keys, passwords, environments. Nothing of them leaves without a question of its own.

/**
 * A name as file systems that are lax about names see it: case, Unicode forms, invisible characters, and the dots, spaces and stream
 * names that Windows drops from its end make no difference. Two names that differ in it are two files everywhere.
 */
export function comparableName(name: string): string {
  // most names are plain, and a patch of many files compares each with many
  if (PLAIN_NAME.test(name)) return name.toLowerCase();
  return name
    .normalize('NFKC')
    .replace(IGNORED_CHARACTERS, '')
    .toUpperCase()
    .toLowerCase()
    .replace(/:.*$/s, '')
    .replace(/(?<=[^. ])[. ]+$/, '');
}

/** Of such a name every file system leaves all but the case as it is. */
const PLAIN_NAME = /^(?:[\w.-]*[\w-])?$/;
/** HFS+ ignores these within names. */
const IGNORED_CHARACTERS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

interface NamePattern {
  readonly test: RegExp;
  /** Finds at least these names, for tools that know globs alone. */
  readonly globs: readonly string[];
}

/** On comparable names. */
const PATTERNS: readonly NamePattern[] = [
  { test: /^\.env$|^\.envrc$|^\.env[.\-_].+$|.\.env$/, globs: ['.env', '.envrc', '.env[.\\-_]*', '*.env'] },
  {
    test: /\.(pem|key|p8|p12|pfx|pkcs12|ppk|keystore|jks|kdbx|tfstate)$/,
    globs: ['*.{pem,key,p8,p12,pfx,pkcs12,ppk,keystore,jks,kdbx,tfstate}'],
  },
  { test: /\.tfstate\..+$/, globs: ['*.tfstate.*'] },
  { test: /^id_(rsa|dsa|ecdsa|ed25519)/, globs: ['id_{rsa,dsa,ecdsa,ed25519}*'] },
  {
    test: /^([._]netrc|\.npmrc|\.pypirc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.dockercfg|\.vault-token)$/,
    globs: ['[._]netrc', '.{npmrc,pypirc,pgpass,my.cnf,git-credentials,htpasswd,dockercfg,vault-token}'],
  },
  { test: /^credentials(\.toml|\.ya?ml|\.ini)?$/, globs: ['credentials', 'credentials.{toml,yaml,yml,ini}'] },
  {
    test: /^(credentials|client[_-]?secrets?|service[_-]?account).*\.json$/,
    globs: ['{credentials,client,service}*.json'],
  },
  // `secrets.ts` is a program, `secrets.json` holds some
  {
    test: /^\.?secrets?\.(json|jsonc|ya?ml|toml|env|ini|txt|xml|properties|enc|yaml\.enc|tfvars)$/,
    globs: ['{.,}secret{,s}.*'],
  },
];

/** Made to be shown: samples without values, and the public halves of keys. */
const EXCEPTIONS = [
  /^\.env[.\-_](.+[.\-_])?(example|sample|template|dist|defaults)$/,
  /^(example|sample|template)\.env$/,
  /\.pub$/,
];

/** Whether a file of this name is kept from the model. `path` may be a name or a path with either separator; folders do not count. */
export function isKeptFile(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return (
    isKeptName(comparableName(name)) || (name.includes(':') && isKeptName(comparableName(name.replaceAll(':', ''))))
  );
}

function isKeptName(name: string): boolean {
  return PATTERNS.some(({ test }) => test.test(name)) && !EXCEPTIONS.some((exception) => exception.test(name));
}

/** Globs (case is to be ignored) that find every kept file of plain spelling, and some others: ask {@link isKeptFile}. */
export const KEPT_FILE_GLOBS: readonly string[] = PATTERNS.flatMap(({ globs }) => globs);

/** In a folder of a repository: what else is kept from the model, in the syntax of .gitignore. */
export const BOWLINE_IGNORE = '.bowlineignore';
