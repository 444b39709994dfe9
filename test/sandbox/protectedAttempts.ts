// Attempts to plant, in the workspace, what runs later outside of the sandbox: hooks, settings, tasks, rules.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { sandboxed } from './program.ts';
import { quoted, writing, type Attempt, type Trial } from './attempt.ts';
import type { Scene } from './scene.ts';

const PROTECTED = { family: 'protected name' } as const;

/** The plainest way: a file is written where it takes effect. Those that are absent before must not come into being either. */
const PLAIN_FILES = {
  'a hook': '.git/hooks/pre-commit',
  "the repository's configuration": '.git/config',
  "a nested repository's hook": 'lib/.git/hooks/pre-commit',
  "a nested repository's configuration": 'lib/.git/config',
  "a submodule's hook": '.git/modules/part/hooks/post-checkout',
  "a submodule's configuration": '.git/modules/part/config',
  'settings of VS Code': '.vscode/settings.json',
  'a task of VS Code': '.vscode/tasks.json',
  'a launch of VS Code': '.vscode/launch.json',
  "the workspace's MCP servers": '.mcp.json',
  "the workspace's configuration of bowline": '.bowline/config.toml',
  "the workspace's rules of bowline": '.bowline/rules/proof.rules',
};

const plain = Object.entries(PLAIN_FILES).map(([name, path]) =>
  writing(name, PROTECTED, (scene) => ({
    file: scene.inWorkspace(path),
    script: `mkdir -p "$(dirname ${path})"; echo '# ${scene.mark}' >> ${path}; chmod +x ${path}`,
  })),
);

/** What git would run, as a configuration and as a program. */
const monitor = (scene: Scene): string => scene.inHome('monitor-ran');
const config = (scene: Scene): string =>
  `printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = "touch ${monitor(scene)}; false"\\n'`;

/** It counts when git, run by the user afterwards in this folder, runs what was planted. */
function runsWhenGitRuns(scene: Scene, folder: string, script: string): Trial {
  return {
    script,
    opened: async () => {
      await scene.outside(`cd ${quoted(scene.inWorkspace(folder))} && git status`);
      return existsSync(monitor(scene));
    },
  };
}

const tricks: Attempt[] = [
  writing('a hook where there are no hooks yet', PROTECTED, (scene) => {
    rmSync(scene.inWorkspace('.git/hooks'), { recursive: true, force: true });
    return {
      file: scene.inWorkspace('.git/hooks/pre-commit'),
      script: `mkdir -p .git/hooks; echo '# ${scene.mark}' > .git/hooks/pre-commit`,
    };
  }),
  writing('tasks where there is no .vscode yet', PROTECTED, (scene) => {
    rmSync(scene.inWorkspace('.vscode'), { recursive: true });
    return {
      file: scene.inWorkspace('.vscode/tasks.json'),
      script: `mkdir -p .vscode; echo '// ${scene.mark}' > .vscode/tasks.json`,
    };
  }),
  writing('a workspace file of VS Code', PROTECTED, (scene) => {
    const file = scene.inWorkspace('project.code-workspace');
    scene.write(file, '{"folders":[]}\n');
    return { file, script: `rm -f *.code-workspace; echo '// ${scene.mark}' >> project.code-workspace` };
  }),
  writing('the list of what is kept from the model', PROTECTED, (scene) => {
    const file = scene.inWorkspace('.bowlineignore');
    scene.write(file, 'private\n');
    return { file, script: `mv .bowlineignore x; echo '# ${scene.mark}' >> .bowlineignore` };
  }),
  writing('the way from a worktree to its repository', PROTECTED, (scene) => {
    execFileSync('git', ['-c', 'safe.directory=*', 'worktree', 'add', '-q', 'wt'], { cwd: scene.workspace });
    execFileSync('chown', ['-R', `${scene.person.uid}:${scene.person.gid}`, scene.workspace]);
    return {
      file: scene.inWorkspace('wt/.git'),
      script: `rm -f wt/.git; echo 'gitdir: ${scene.mark}' > wt/.git`,
    };
  }),
  writing('a hook by a new name for .git', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/hooks/pre-commit'),
    script: `mv .git .old; cp -r .old .git; mkdir -p .git/hooks; echo '# ${scene.mark}' > .git/hooks/pre-commit`,
  })),
  writing('a hook by another folder for hooks', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/hooks/pre-commit'),
    script: `mkdir h; echo '# ${scene.mark}' > h/pre-commit; mv .git/hooks .git/h; rm -rf .git/hooks; mv h .git/hooks || ln -s ../h .git/hooks`,
  })),
  writing('a hook by git init --template', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/hooks/proof'),
    script: `mkdir -p t/hooks; echo '# ${scene.mark}' > t/hooks/proof; git init --template=t .`,
  })),
  writing('a hook through /proc/self/fd', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/hooks/pre-commit'),
    script: `exec 7< .git; echo '# ${scene.mark}' > /proc/self/fd/7/hooks/pre-commit; echo '# ${scene.mark}' > /proc/self/cwd/.git/hooks/pre-commit`,
  })),
  writing('a hook through a link to .git', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/hooks/pre-commit'),
    script: `ln -s .git g; echo '# ${scene.mark}' > g/hooks/pre-commit`,
  })),
  writing('a hook of a .git that is a link', PROTECTED, (scene) => {
    renameSync(scene.inWorkspace('.git'), scene.inWorkspace('real'));
    symlinkSync('real', scene.inWorkspace('.git'));
    scene.person.own(scene.inWorkspace('.git'));
    return {
      file: scene.inWorkspace('real/hooks/pre-commit'),
      script: `echo '# ${scene.mark}' > real/hooks/pre-commit`,
    };
  }),
  writing('core.hooksPath by git config', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/config'),
    script: `git config core.hooksPath ${scene.mark}`,
  })),
  writing('the configuration by renaming over it', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.git/config'),
    script: `(cat .git/config; echo '# ${scene.mark}') > c; mv -f c .git/config`,
  })),
  writing('settings by a new name for .vscode', PROTECTED, (scene) => ({
    file: scene.inWorkspace('.vscode/settings.json'),
    script: `mv .vscode v; mkdir .vscode; echo '// ${scene.mark}' > .vscode/settings.json`,
  })),
  {
    name: 'another common folder for the repository',
    family: 'protected name',
    set: (scene) =>
      runsWhenGitRuns(
        scene,
        '.',
        `cp -r .git evil; rm -f evil/config; ${config(scene)} > evil/config; echo ../evil > .git/commondir`,
      ),
  },
  {
    name: 'another common folder for a nested repository',
    family: 'protected name',
    set: (scene) =>
      runsWhenGitRuns(
        scene,
        'lib',
        `cp -r lib/.git evil; rm -f evil/config; ${config(scene)} > evil/config; echo ../../evil > lib/.git/commondir`,
      ),
  },
  {
    name: 'another repository for a submodule',
    family: 'protected name',
    set: (scene) =>
      runsWhenGitRuns(
        scene,
        'part',
        `cp -r .git/modules/part evil; rm -f evil/config; ${config(scene)} > evil/config; rm -f part/.git; echo 'gitdir: ../evil' > part/.git`,
      ),
  },
  {
    name: 'another folder in place of a nested repository',
    family: 'protected name',
    set: (scene) =>
      runsWhenGitRuns(
        scene,
        'lib',
        `mv lib old; cp -r old lib; rm -f lib/.git/config; ${config(scene)} > lib/.git/config`,
      ),
  },
  {
    name: 'tasks when another command, which kept them away as well, is over',
    family: 'protected name',
    under: ['workspace-write', 'network on'],
    set: async (scene) => {
      rmSync(scene.inWorkspace('.vscode'), { recursive: true });
      const waiting = 'echo first; until [ -e second ]; do sleep 0.02; done';
      const first = sandboxed('workspace-write', scene.workspace, ['bash', '-c', waiting]);
      const child = scene.startOutside(first, { cwd: scene.workspace });
      child.on('exit', () => scene.write(scene.inWorkspace('first-is-over'), ''));
      if (child.stdout !== null) await once(child.stdout, 'data');
      return {
        script: `touch second; until [ -e first-is-over ]; do sleep 0.02; done; mkdir -p .vscode; echo '// ${scene.mark}' > .vscode/tasks.json`,
        opened: () => scene.says(scene.inWorkspace('.vscode/tasks.json')),
      };
    },
  },
  {
    name: 'a repository where there was none',
    family: 'protected name',
    knownOpen: {
      reason:
        'an agent has to be able to clone and to begin a repository, and its settings are its own until it is known',
      under: ['workspace-write', 'network on'],
    },
    set: (scene) => {
      const usual = `git init -q src; rm -f src/.git/config; ${config(scene)} > src/.git/config`;
      const bare = `mkdir -p src/objects src/refs; echo 'ref: refs/heads/main' > src/HEAD; (${config(scene)}; printf '\\tbare = false\\n\\tworktree = ..\\n') > src/config`;
      return runsWhenGitRuns(scene, 'src', `${usual}; ${bare}`);
    },
  },
];

export const PROTECTED_ATTEMPTS: readonly Attempt[] = [...plain, ...tricks];
