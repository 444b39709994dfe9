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

export function createSecretMasks({ env, hiddenNames, key }: SecretMasksOptions): SecretMasks {
  const known = (): KnownSecret[] => {
    const values = new Map<string, string>();
    for (const name of hiddenNames()) {
      const value = env[name]?.trim() ?? '';
      if (value !== '') values.set(value, `value of ${name}`);
    }
    const stored = key();
    if (stored !== null) values.set(stored, 'API key');
    return Array.from(values, ([value, label]) => ({ value, label }));
  };
  let loading: Promise<SecretMask> | null = null;
  return {
    load: () =>
      (loading ??= import('./detector.ts').then(
        ({ createSecretDetector }) => new SecretMask({ detector: createSecretDetector(), known }),
      )),
  };
}
