// Where keys, passwords and sessions of the user lie: nothing reads there without a question of its own, whatever the mode.
import { couldName } from './namePattern.ts';
import { comparablePath, type Places } from './places.ts';

export interface CredentialStore {
  /** In words for the user. */
  readonly label: string;
  /** Folders or files. Relative to the user's home, or absolute. */
  readonly paths: readonly string[];
}

const MAC_SUPPORT = 'Library/Application Support';

/** For every system: a path that does not exist here costs nothing. */
export const CREDENTIAL_STORES: readonly CredentialStore[] = [
  { label: 'SSH keys', paths: ['.ssh'] },
  { label: 'GnuPG keys', paths: ['.gnupg', 'AppData/Roaming/gnupg'] },
  { label: 'credentials of AWS', paths: ['.aws'] },
  { label: 'credentials of Google Cloud', paths: ['.config/gcloud', 'AppData/Roaming/gcloud'] },
  { label: 'credentials of Azure', paths: ['.azure', '.config/azure'] },
  { label: 'credentials of Kubernetes', paths: ['.kube'] },
  { label: 'credentials of Docker', paths: ['.docker/config.json', '.dockercfg', '.config/containers/auth.json'] },
  { label: 'tokens of GitHub', paths: ['.config/gh', '.config/hub', 'AppData/Roaming/GitHub CLI'] },
  { label: 'passwords for Git', paths: ['.git-credentials', '.config/git/credentials'] },
  { label: 'passwords for network services', paths: ['.netrc', '_netrc', '.pgpass', '.my.cnf', '.vault-token'] },
  {
    label: 'tokens of package registries',
    paths: ['.npmrc', '.pypirc', '.cargo/credentials', '.cargo/credentials.toml', '.gem/credentials'],
  },
  {
    label: 'stored passwords',
    paths: [
      '.password-store',
      '.config/op',
      '.1password',
      '.config/rclone',
      '.config/sops',
      '.terraform.d/credentials.tfrc.json',
    ],
  },
  {
    label: 'the key store of the system',
    paths: [
      '.local/share/keyrings',
      '.local/share/kwalletd',
      '.kde/share/apps/kwallet',
      'Library/Keychains',
      '/Library/Keychains',
      'AppData/Roaming/Microsoft/Credentials',
      'AppData/Local/Microsoft/Credentials',
      'AppData/Roaming/Microsoft/Protect',
    ],
  },
  {
    label: 'a browser profile',
    paths: [
      '.mozilla',
      '.thunderbird',
      '.config/google-chrome',
      '.config/google-chrome-beta',
      '.config/chromium',
      '.config/BraveSoftware',
      '.config/microsoft-edge',
      '.config/vivaldi',
      '.config/opera',
      'snap/firefox',
      'snap/chromium',
      '.var/app/org.mozilla.firefox',
      '.var/app/com.google.Chrome',
      '.var/app/org.chromium.Chromium',
      `${MAC_SUPPORT}/Google/Chrome`,
      `${MAC_SUPPORT}/Chromium`,
      `${MAC_SUPPORT}/Firefox`,
      `${MAC_SUPPORT}/BraveSoftware`,
      `${MAC_SUPPORT}/Microsoft Edge`,
      'Library/Safari',
      'Library/Cookies',
      'AppData/Local/Google/Chrome/User Data',
      'AppData/Local/Chromium/User Data',
      'AppData/Local/BraveSoftware',
      'AppData/Local/Microsoft/Edge/User Data',
      'AppData/Roaming/Mozilla',
    ],
  },
  { label: 'the passwords of the system', paths: ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-'] },
];

/** What the kernel shows of running programs: their environments hold keys, the server's own included. */
const PROCESS_SECRETS = /^\/proc\/(.+\/)?(environ|mem|auxv|kcore)$|^\/dev\/k?mem$/;
const HOST_KEY = /^\/etc\/ssh\/ssh_host_[^/]*_key$/;

/** The store that the path lies in; null for none. Give it resolved paths: a link is not seen through here. */
export function credentialStoreOf(path: string, places: Places): string | null {
  if (PROCESS_SECRETS.test(path)) return 'what is kept in a running program';
  if (HOST_KEY.test(path)) return 'SSH keys';
  const { labels } = placesOfCredentials(places);
  const compared = comparablePath(path);
  for (let end = compared.length; end > 0; end = compared.lastIndexOf('/', end - 1)) {
    const label = labels.get(compared.slice(0, end));
    if (label !== undefined) return label;
  }
  return null;
}

/** As above for a path with patterns in it, as far as they say what they look for. */
export function credentialStoreLike(pattern: string, places: Places): string | null {
  const parts = comparablePath(pattern).split('/');
  const found = placesOfCredentials(places).all.find(({ compared }) =>
    compared.split('/').every((name, index) => couldName(parts[index] ?? '', name)),
  );
  return found?.label ?? null;
}

/** Absolute paths of all stores, there or not. For the sandbox, which closes them. */
export function credentialPaths(places: Places): string[] {
  return placesOfCredentials(places).all.map(({ path }) => path);
}

interface CredentialPlace {
  readonly label: string;
  readonly path: string;
  /** The path as it is compared. */
  readonly compared: string;
}

interface CredentialPlaces {
  readonly all: readonly CredentialPlace[];
  /** By the path as it is compared. */
  readonly labels: ReadonlyMap<string, string>;
}

/** They stay where they are, and each path that is read or written is looked up among them. */
const KNOWN_PLACES = new WeakMap<Places, CredentialPlaces>();

function placesOfCredentials(places: Places): CredentialPlaces {
  const known = KNOWN_PLACES.get(places) ?? findPlaces(places);
  KNOWN_PLACES.set(places, known);
  return known;
}

function findPlaces(places: Places): CredentialPlaces {
  const stores = CREDENTIAL_STORES.flatMap(({ label, paths }) =>
    paths.flatMap((path) =>
      path.startsWith('/')
        ? [{ label, path }]
        : places.userHomes.map((home) => ({ label, path: `${home.replace(/[/\\]+$/, '')}/${path}` })),
    ),
  );
  const keys = [...places.bowlineHomes, ...places.codexHomes].map((home) => ({
    label: 'the key for the model',
    path: `${home.replace(/[/\\]+$/, '')}/auth.json`,
  }));
  const all = [...keys, ...stores].map((place) => ({ ...place, compared: comparablePath(place.path) }));
  return { all, labels: new Map(all.toReversed().map(({ compared, label }) => [compared, label])) };
}
