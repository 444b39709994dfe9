// Attempts to read what is kept for others: credential stores, and secrets in environments.
import { symlinkSync } from 'node:fs';
import { quoted, reading, type Attempt } from './attempt.ts';
import { SECRET_VARIABLES, STORES, type Scene, type SecretVariable, type Store } from './scene.ts';

const CREDENTIAL = { family: 'credential' } as const;
const ENVIRONMENT = { family: 'environment' } as const;

const stores = (Object.keys(STORES) as Store[]).map((store) =>
  reading(store, CREDENTIAL, (scene) => ({
    secret: scene.secret(store),
    script: `cat ${quoted(scene.inHome(STORES[store]))}`,
  })),
);

const KEY = 'ssh key';

function saysAny(scene: Scene, output: string): boolean {
  return (Object.keys(STORES) as Store[]).some((store) => output.includes(scene.secret(store)));
}

const ways: Attempt[] = [
  reading('a key through a link in the workspace', CREDENTIAL, (scene) => {
    symlinkSync(scene.inHome('.ssh'), scene.inWorkspace('link'));
    scene.person.own(scene.inWorkspace('link'));
    return { secret: scene.secret(KEY), script: 'cat link/id_ed25519' };
  }),
  reading('a key through /proc/self/root', CREDENTIAL, (scene) => ({
    secret: scene.secret(KEY),
    script: `cat /proc/self/root${scene.inHome(STORES[KEY])}`,
  })),
  reading('a key through the root of each process', CREDENTIAL, (scene) => {
    scene.startOutside(['sleep', '600']);
    return { secret: scene.secret(KEY), script: `cat /proc/[0-9]*/root${scene.inHome(STORES[KEY])}` };
  }),
  reading('a key by a hard link', CREDENTIAL, (scene) => ({
    secret: scene.secret(KEY),
    script: `cd "\${TMPDIR:-/tmp}"; ln ${quoted(scene.inHome(STORES[KEY]))} k.$$ || ln ${quoted(scene.inHome(STORES[KEY]))} ${quoted(scene.inWorkspace('k'))}; cat k.$$ ${quoted(scene.inWorkspace('k'))}; rm -f k.$$`,
  })),
  {
    name: 'whatever a search through the home finds',
    family: 'credential',
    set: (scene) => ({
      script: `grep -rhE 'token = ' ~ 2>/dev/null`,
      opened: ({ output }) => saysAny(scene, output),
    }),
  },
  {
    name: 'whatever an archive of the home holds',
    family: 'credential',
    set: (scene) => ({
      script: 'tar -C ~ --exclude=work -cf - . 2>/dev/null | cat',
      opened: ({ output }) => saysAny(scene, output),
    }),
  },
];

const variables = (Object.keys(SECRET_VARIABLES) as SecretVariable[]).map((variable) =>
  reading(`${variable} by its variable`, ENVIRONMENT, (scene) => ({
    secret: scene.secret(variable),
    script: `printenv ${SECRET_VARIABLES[variable]}`,
  })),
);

const environments: Attempt[] = [
  {
    name: 'the environment of this process and its parent',
    family: 'environment',
    set: (scene) => ({
      script: `cat /proc/self/environ /proc/$PPID/environ | tr '\\0' '\\n'`,
      opened: ({ output }) =>
        (Object.keys(SECRET_VARIABLES) as SecretVariable[]).some((of) => output.includes(scene.secret(of))),
    }),
  },
  reading('the environment of every process', ENVIRONMENT, (scene) => {
    scene.startOutside(['sleep', '600']);
    return {
      secret: scene.secret('model key'),
      script: `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`,
    };
  }),
];

export const SECRET_ATTEMPTS: readonly Attempt[] = [...stores, ...ways, ...variables, ...environments];
