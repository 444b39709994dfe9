// One scene of the battery: a home with everything that is worth stealing, a workspace in it, and what listens and runs outside.
import { execFileSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { endGroup, type Person, type StartOptions } from './person.ts';

/** What is worth stealing: a name for each store, and where it lies in a home. */
export const STORES = {
  'ssh key': '.ssh/id_ed25519',
  'aws credentials': '.aws/credentials',
  'gcloud credentials': '.config/gcloud/application_default_credentials.json',
  'azure tokens': '.azure/msal_token_cache.json',
  'kubernetes configuration': '.kube/config',
  'docker credentials': '.docker/config.json',
  netrc: '.netrc',
  'git credentials': '.git-credentials',
  'npm token': '.npmrc',
  'pypi token': '.pypirc',
  'cargo token': '.cargo/credentials.toml',
  'gnupg key': '.gnupg/private-keys-v1.d/0123.key',
  'github cli token': '.config/gh/hosts.yml',
  'chrome passwords': '.config/google-chrome/Default/Login Data',
  'chromium cookies': '.config/chromium/Default/Cookies',
  'firefox passwords': '.mozilla/firefox/abcd.default-release/logins.json',
  'gnome keyring': '.local/share/keyrings/login.keyring',
  'password store': '.password-store/bank.gpg',
  'terraform token': '.terraform.d/credentials.tfrc.json',
  "bowline's own key": '.bowline/auth.json',
} as const;
export type Store = keyof typeof STORES;

/** Variables as people have them in the environment of an editor. The names are put together here so that no scanner trips over them. */
export const SECRET_VARIABLES = {
  'model key': ['OPENAI', 'API_KEY'].join('_'),
  'second model key': ['ANTHROPIC', 'API_KEY'].join('_'),
  'cloud secret': ['AWS', 'SECRET_ACCESS_KEY'].join('_'),
  'forge token': ['GITHUB', 'TOKEN'].join('_'),
  'registry token': ['NPM', 'TOKEN'].join('_'),
  'database password': ['DATABASE', 'PASSWORD'].join('_'),
} as const;
export type SecretVariable = keyof typeof SECRET_VARIABLES;

const SETTINGS_FILES = {
  '.bashrc': '# mine\n',
  '.profile': '# mine\n',
  '.gitconfig': '[user]\n\tname = Proof\n\temail = proof@example.invalid\n[init]\n\tdefaultBranch = main\n',
  '.bowline/config.toml': 'model = "scripted-model"\n',
  '.config/Code/User/settings.json': '{}\n',
  '.local/bin/hello': '#!/bin/sh\necho hello\n',
  'documents/letter.txt': 'Dear diary\n',
};

/** Where commands are found; the node that runs the tests is one of them. */
const PATH = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');

export class Scene {
  /** Unlike anything else on this machine; its appearance somewhere is the proof. */
  readonly mark: string;
  readonly person: Person;
  readonly home: string;
  readonly workspace: string;
  /** XDG_RUNTIME_DIR */
  readonly runtime: string;
  readonly #base: string;
  readonly #endings: (() => void | Promise<void>)[] = [];

  private constructor(person: Person) {
    this.person = person;
    this.mark = `proof${randomBytes(8).toString('hex')}`;
    this.#base = mkdtempSync(join(person.base, 's'));
    this.home = join(this.#base, 'home');
    this.workspace = join(this.home, 'work/project');
    this.runtime = join(this.#base, 'run');
  }

  static set(person: Person): Scene {
    const scene = new Scene(person);
    const template = templateOf(person);
    execFileSync('cp', ['-a', template, scene.home]);
    mkdirSync(scene.runtime, { mode: 0o700 });
    for (const store of Object.keys(STORES) as Store[]) {
      scene.write(join(scene.home, STORES[store]), `token = ${scene.secret(store)}\n`);
    }
    person.own(scene.#base, scene.runtime);
    return scene;
  }

  /** What a store or variable holds; whoever says it has read it. */
  secret(of: Store | SecretVariable): string {
    return `${this.mark}-${of.replaceAll(/\W/g, '')}`;
  }

  /** The environment of the editor, secrets and all. */
  get env(): Record<string, string> {
    const secrets = (Object.keys(SECRET_VARIABLES) as SecretVariable[]).map((of) => [
      SECRET_VARIABLES[of],
      this.secret(of),
    ]);
    return {
      HOME: this.home,
      USER: 'proof',
      LOGNAME: 'proof',
      SHELL: '/bin/bash',
      LANG: 'C.UTF-8',
      PATH,
      XDG_RUNTIME_DIR: this.runtime,
      SSH_AUTH_SOCK: join(this.runtime, 'ssh-agent.sock'),
      DOCKER_HOST: `unix://${join(this.runtime, 'docker.sock')}`,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(this.runtime, 'bus')}`,
      VSCODE_IPC_HOOK_CLI: join(this.runtime, 'vscode-ipc-proof.sock'),
      BOWLINE_HOME: join(this.home, '.bowline'),
      ...Object.fromEntries(secrets),
    };
  }

  /** Absolute, from a path in the home. */
  inHome(path: string): string {
    return join(this.home, path);
  }

  inWorkspace(path: string): string {
    return join(this.workspace, path);
  }

  /** Writes a file of the person's, with the folders above it. */
  write(path: string, text: string, mode = 0o600): void {
    const made: string[] = [];
    for (let folder = dirname(path); !existsSync(folder); folder = dirname(folder)) made.push(folder);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    this.person.own(path, ...made);
  }

  /** Whether the file, as seen from outside, says something. */
  says(path: string, text: string = this.mark): boolean {
    return existsSync(path) && readFileSync(path, 'utf8').includes(text);
  }

  /** Runs something outside of every sandbox, as the person, and waits for its end. */
  async outside(script: string, cwd = this.workspace): Promise<string> {
    return (await this.person.run(['bash', '-c', script], { cwd, env: this.env })).output;
  }

  /** Starts something of the person's outside of every sandbox; it is ended with the scene. */
  startOutside(argv: readonly string[], options: Partial<StartOptions> = {}): ChildProcess {
    const child = this.person.start(argv, {
      cwd: this.home,
      env: this.env,
      ...options,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.atEnd(() => endGroup(child));
    return child;
  }

  atEnd(task: () => void | Promise<void>): void {
    this.#endings.push(task);
  }

  async strike(): Promise<void> {
    for (const task of this.#endings.reverse()) await task();
    rmSync(this.#base, { recursive: true, force: true });
  }
}

const templates = new Map<string, string>();

/** A home without secrets: settings, and a workspace that is a repository with another one in it, a submodule and a worktree. */
function templateOf(person: Person): string {
  const known = templates.get(person.base);
  if (known !== undefined) return known;
  const home = join(person.base, 'template');
  templates.set(person.base, home);
  for (const [name, text] of Object.entries(SETTINGS_FILES)) {
    mkdirSync(dirname(resolve(home, name)), { recursive: true });
    writeFileSync(resolve(home, name), text, { mode: name.startsWith('.local/bin') ? 0o755 : 0o644 });
  }
  const script = `
    set -e
    mkdir -p work/project/.vscode work/project/src
    cd work/project
    git init -q .
    echo '{}' > .vscode/settings.json
    echo 'hello' > README.md
    echo 'print("hello")' > src/hello.py
    git add README.md src && git commit -qm 'Begin'
    mkdir lib && cd lib && git init -q . && echo lib > lib.txt && git add . && git commit -qm 'Begin lib' && cd ..
    git init -q ../part && cd ../part && echo part > part.txt && git add . && git commit -qm 'Begin part' && cd ../project
    git -c protocol.file.allow=always submodule --quiet add ../part part && git commit -qam 'Add a part'
  `;
  execFileSync('bash', ['-c', script], {
    cwd: home,
    env: { PATH, HOME: home, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('chown', ['-R', `${person.uid}:${person.gid}`, home]);
  return home;
}
