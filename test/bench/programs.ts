// The two programs that are compared, each with homes of its own that name the same scripted model.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CACHE } from '../../scripts/folders.mjs';
import { referenceServer } from '../support/referenceServer.ts';

export type ProgramName = 'ours' | 'reference';

export type Sandbox = 'danger-full-access' | 'workspace-write';

/** A server program with a home whose only model is the one at `modelUrl`. */
export interface Program {
  readonly name: ProgramName;
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly workspace: string;
}

export interface Programs {
  /** The program with a fresh home for this model; commands run as they are unless told. */
  of(name: ProgramName, modelUrl: string, sandbox?: Sandbox): Program;
  /** Removes all homes. */
  dispose(): void;
}

const HOME_VARIABLE = { ours: 'BOWLINE_HOME', reference: 'CODEX_HOME' } as const;

export async function findPrograms(): Promise<Programs> {
  // not in the temporary folder: there the reference does not put what its sandbox needs
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'bench-'));
  const exe = process.platform === 'win32' ? '.exe' : '';
  const paths = {
    ours: resolve(import.meta.dirname, `../../dist/bin/bowline${exe}`),
    reference: await referenceServer(),
  };
  let count = 0;
  return {
    of(name, modelUrl, sandbox = 'danger-full-access') {
      const home = join(folder, `${name}-${count++}`);
      const workspace = `${home}-work`;
      // what the user's shells do at their start is no part of what is measured
      const userHome = `${home}-user`;
      for (const made of [home, workspace, userHome]) mkdirSync(made);
      writeFileSync(join(home, 'config.toml'), configFor(modelUrl, sandbox));
      const env = {
        ...cleanEnvironment(),
        HOME: userHome,
        [HOME_VARIABLE[name]]: home,
        // the reference says everything on stderr that is not silenced
        RUST_LOG: 'off',
        BOWLINE_LOG: 'error',
      };
      return { name, path: paths[name], env, home, workspace };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** One file that both programs read: no questions, so that commands run. */
function configFor(modelUrl: string, sandbox: Sandbox): string {
  return `model = "scripted-model"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "${sandbox}"
[sandbox]
allow_root = true
[model_providers.scripted]
name = "Scripted"
base_url = "${modelUrl}"
wire_api = "responses"
requires_openai_auth = false
`;
}

function cleanEnvironment(): Record<string, string> {
  const wanted = ['PATH', 'SHELL', 'USER', 'LANG', 'TMPDIR', 'SystemRoot', 'APPDATA'];
  return Object.fromEntries(
    wanted.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
