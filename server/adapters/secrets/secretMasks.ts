// The mask for everything that tools return, with the detectors loaded when they are first needed.
import { SecretMask, type KnownSecret } from '../../core/secrets/secretMask.ts';

export interface SecretMasksOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of variables whose values commands are not given. */
  hiddenNames(): readonly string[];
  /** The user's stored key; null for none. */
  key(): string | null;
}

export interface SecretMasks {
  load(): Promise<SecretMask>;
}

/** Output comes in many pieces: what is known is not looked up for each. */
const KNOWN_LIFE_MS = 1000;
const SECRET_NAME =
  /(?:^|_)(?:API_?KEY|ACCESS_KEY|PRIVATE_KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(?:_|$)/i;
/** Of a variable that only has such a name: no word, no path, no address. */
const SECRET_VALUE = /^(?!https?:|[./~])(?=.*(?:\d|[a-z][A-Z]))\S{12,}$/;

export function createSecretMasks(options: SecretMasksOptions): SecretMasks {
  let known: { readonly secrets: readonly KnownSecret[]; readonly atMs: number } | null = null;
  const current = (): readonly KnownSecret[] => {
    const nowMs = Date.now();
    if (known === null || nowMs - known.atMs > KNOWN_LIFE_MS) known = { secrets: knownSecrets(options), atMs: nowMs };
    return known.secrets;
  };
  let loading: Promise<SecretMask> | null = null;
  return {
    load: () =>
      (loading ??= import('./detector.ts').then(
        ({ createSecretDetector }) => new SecretMask({ detector: createSecretDetector(), known: current }),
      )),
  };
}

function knownSecrets({ env, hiddenNames, key }: SecretMasksOptions): KnownSecret[] {
  const values = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(env))
    if (SECRET_NAME.test(name) && SECRET_VALUE.test(value)) values.set(value, `value of ${name}`);
  for (const name of hiddenNames()) {
    const value = env[name]?.trim() ?? '';
    if (value !== '') values.set(value, `value of ${name}`);
  }
  const stored = key();
  if (stored !== null) values.set(stored, 'API key');
  return Array.from(values, ([value, label]) => ({ value, label: label.replaceAll(']', '') }));
}
