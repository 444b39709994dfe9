// Attempts to have git run something later by the folders that it keeps for worktrees and submodules, and by what an earlier command left.
import { existsSync } from 'node:fs';
import { quoted, type Attempt } from './attempt.ts';
import type { Scene } from './scene.ts';

interface GitTrial {
  readonly script: string;
  /** What is done outside of the sandbox before: what was there, or what an earlier command left. */
  readonly before?: string;
  /** What the user does afterwards; it counts when that runs what was planted. */
  readonly after: string;
}

const ran = (scene: Scene): string => scene.inHome('monitor-ran');
const core = (scene: Scene): string => `printf '[core]\\n\\tfsmonitor = "touch ${ran(scene)}; false"\\n'`;
/** A folder `evil` with the objects of the repository and a configuration that runs something. */
const evil = (scene: Scene): string =>
  `cp -r .git evil; rm -rf evil/config evil/commondir; (printf '[core]\\n\\trepositoryformatversion = 0\\n'; ${core(scene)}) > evil/config`;

function planting(name: string, trial: (scene: Scene) => GitTrial): Attempt {
  return {
    name,
    family: 'protected name',
    set: async (scene) => {
      const { script, before = ':', after } = trial(scene);
      await scene.outside(before);
      return {
        script,
        opened: async () => {
          await scene.outside(after);
          return existsSync(ran(scene));
        },
      };
    },
  };
}

export const GIT_ATTEMPTS: readonly Attempt[] = [
  planting('another repository for a worktree that lies elsewhere', (scene) => ({
    before: 'git worktree add -q ../beside',
    script: `${evil(scene)}; echo "$PWD/evil" > .git/worktrees/beside/commondir`,
    after: 'cd ../beside && git status',
  })),
  planting('the configuration of a submodule that is not checked out', (scene) => ({
    before: 'rm -rf part; mkdir part',
    script: `${core(scene)} >> .git/modules/part/config`,
    after: 'git -c protocol.file.allow=always submodule update --init --force; git -C part status',
  })),
  planting('the configuration of a submodule that was hidden from view', (scene) => ({
    // as a command before this one could leave it
    before: 'mv .git/modules/part/HEAD .git/modules/part/OLD',
    script: `${core(scene)} >> .git/modules/part/config; mv .git/modules/part/OLD .git/modules/part/HEAD`,
    after: 'git -C part status',
  })),
  planting('settings of a worktree that has none yet', (scene) => ({
    before: 'git config extensions.worktreeConfig true',
    script: `${core(scene)} > .git/config.worktree`,
    after: 'git status',
  })),
  planting('another common folder, when an earlier command made HEAD a link', (scene) => ({
    before: 'branch=$(git symbolic-ref HEAD); rm .git/HEAD; ln -s "$branch" .git/HEAD',
    script: `${evil(scene)}; echo "$PWD/evil" > .git/commondir`,
    after: 'git status',
  })),
  planting('another common folder, when an earlier command took HEAD away', (scene) => ({
    before: 'mv .git/HEAD .git/OLD',
    script: `mv .git/OLD .git/HEAD; ${evil(scene)}; echo "$PWD/evil" > .git/commondir`,
    after: 'git status',
  })),
  planting('the configuration of a repository that lies beside its files', (scene) => ({
    before: 'mkdir apart; git init -q --separate-git-dir=store apart',
    script: `${core(scene)} >> store/config`,
    after: `git -C ${quoted(scene.inWorkspace('apart'))} status`,
  })),
];
