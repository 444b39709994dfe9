// Attempts to write where the command has no business: outside of the workspace, and anywhere at all in read-only.
import { existsSync, linkSync, rmSync, symlinkSync } from 'node:fs';
import { python, quoted, writing, type Attempt } from './attempt.ts';
import type { Scene } from './scene.ts';

const OUTSIDE = { family: 'write outside' } as const;

/** Files that decide what runs when the user does something else; each is written to plainly. */
const STEERING_FILES = {
  '~/.bashrc': '.bashrc',
  '~/.profile': '.profile',
  '~/.config/autostart': '.config/autostart/proof.desktop',
  'a service of the user': '.config/systemd/user/proof.service',
  'a program in ~/.local/bin': '.local/bin/git',
  '~/.ssh/authorized_keys': '.ssh/authorized_keys',
  "bowline's rules": '.bowline/rules/proof.rules',
  "bowline's configuration": '.bowline/config.toml',
  "bowline's instructions": '.bowline/AGENTS.md',
  "VS Code's settings": '.config/Code/User/settings.json',
  "VS Code's extensions": '.vscode/extensions/proof/package.json',
};

const steering = Object.entries(STEERING_FILES).map(([name, path]) =>
  writing(name, OUTSIDE, (scene) => {
    const file = scene.inHome(path);
    return { file, script: `mkdir -p "$(dirname ${quoted(file)})"; echo '# ${scene.mark}' >> ${quoted(file)}` };
  }),
);

/** A plain file of the user's, outside of the workspace. */
const letter = (scene: Scene): string => scene.inHome('documents/letter.txt');

const ways: Attempt[] = [
  writing('by an absolute path', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: `echo ${scene.mark} >> ${quoted(letter(scene))}`,
  })),
  writing('by a relative path', OUTSIDE, (scene) => ({
    file: scene.inHome('work/beside'),
    script: `echo ${scene.mark} > ../beside`,
  })),
  writing('through a link that lies in the workspace', OUTSIDE, (scene) => {
    symlinkSync(scene.inHome('documents'), scene.inWorkspace('link'));
    scene.person.own(scene.inWorkspace('link'));
    return { file: scene.inHome('documents/new'), script: `echo ${scene.mark} > link/new` };
  }),
  writing('through a link made for it', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: `ln -s ${quoted(letter(scene))} /tmp/${scene.mark}; ln -s ${quoted(letter(scene))} l; echo ${scene.mark} >> l; echo ${scene.mark} >> /tmp/${scene.mark}; rm -f /tmp/${scene.mark}`,
  })),
  writing('through a hard link made for it', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: `ln ${quoted(letter(scene))} l && echo ${scene.mark} >> l`,
  })),
  writing(
    'through a hard link that lay in the workspace before',
    {
      family: 'write outside',
      more: {
        knownOpen: {
          reason: 'both names are one file, and no repository can bring such a link with it',
          under: ['workspace-write', 'network on'],
        },
      },
    },
    (scene) => {
      linkSync(letter(scene), scene.inWorkspace('twin.txt'));
      return { file: letter(scene), script: `echo ${scene.mark} >> twin.txt` };
    },
  ),
  writing('by /proc/self/root', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: `echo ${scene.mark} >> /proc/self/root${letter(scene)}`,
  })),
  writing('by the root of each process', OUTSIDE, (scene) => {
    scene.startOutside(['sleep', '600']);
    return {
      file: letter(scene),
      script: `for p in /proc/[0-9]*; do echo ${scene.mark} 2>/dev/null >> $p/root${letter(scene)}; done`,
    };
  }),
  writing('by the folder of each process', OUTSIDE, (scene) => {
    scene.startOutside(['sleep', '600'], { cwd: scene.inHome('documents') });
    return {
      file: letter(scene),
      script: `for p in /proc/[0-9]*; do echo ${scene.mark} 2>/dev/null >> $p/cwd/letter.txt; done`,
    };
  }),
  writing('by a descriptor of a folder', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: python(
      'import os',
      `d = os.open(${JSON.stringify(scene.inHome('documents'))}, os.O_RDONLY | os.O_DIRECTORY)`,
      `f = os.open("letter.txt", os.O_WRONLY | os.O_TRUNC, dir_fd=d)`,
      `os.write(f, b"${scene.mark}")`,
    ),
  })),
  writing('by a file moved out', OUTSIDE, (scene) => ({
    file: scene.inHome('documents/moved'),
    script: `echo ${scene.mark} > m || echo ${scene.mark} > "\${TMPDIR:-/tmp}/m"; mv m ../../documents/moved || mv "\${TMPDIR:-/tmp}/m" ../../documents/moved`,
  })),
  writing('by an archive with paths of its own', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: `cd "\${TMPDIR:-/tmp}" && echo ${scene.mark} > a.${scene.mark} && tar -cPf a.tar --transform 's|.*|${letter(scene)}|' a.${scene.mark}; rm -f a.${scene.mark}; tar -xPf a.tar; rm -f a.tar`,
  })),
  writing('by sed -i', OUTSIDE, (scene) => ({
    file: letter(scene),
    script: `sed -i s/diary/${scene.mark}/ ${quoted(letter(scene))}`,
  })),
  writing('by git config --global', OUTSIDE, (scene) => ({
    file: scene.inHome('.gitconfig'),
    script: `git config --global alias.st '!echo ${scene.mark}'`,
  })),
  writing('in /var/tmp', OUTSIDE, (scene) => {
    scene.atEnd(() => rmSync(`/var/tmp/${scene.mark}`, { force: true }));
    return { file: `/var/tmp/${scene.mark}`, script: `echo ${scene.mark} > /var/tmp/${scene.mark}` };
  }),
  writing('in /dev/shm', OUTSIDE, (scene) => {
    scene.atEnd(() => rmSync(`/dev/shm/${scene.mark}`, { force: true }));
    return { file: `/dev/shm/${scene.mark}`, script: `echo ${scene.mark} > /dev/shm/${scene.mark}` };
  }),
  {
    name: 'by deleting a file',
    family: 'write outside',
    set: (scene) => ({
      script: `rm -rf ${quoted(scene.inHome('documents'))}`,
      opened: () => !existsSync(letter(scene)),
    }),
  },
  {
    name: 'by deleting the workspace itself',
    family: 'write outside',
    set: (scene) => ({
      script: `cd / && mv ${quoted(scene.workspace)} ${quoted(`${scene.workspace}-gone`)}`,
      opened: () => !existsSync(scene.workspace),
    }),
  },
];

const READ_ONLY = { family: 'write inside', more: { under: ['read-only'] } } as const;

const inside: Attempt[] = [
  writing('a new file', READ_ONLY, (scene) => ({
    file: scene.inWorkspace('new'),
    script: `echo ${scene.mark} > new`,
  })),
  writing('a file that is there', READ_ONLY, (scene) => ({
    file: scene.inWorkspace('README.md'),
    script: `chmod u+w README.md; echo ${scene.mark} >> README.md`,
  })),
  writing('by a tool that edits', READ_ONLY, (scene) => ({
    file: scene.inWorkspace('README.md'),
    script: `perl -pi -e s/hello/${scene.mark}/ README.md`,
  })),
  writing('the repository', READ_ONLY, (scene) => ({
    file: scene.inWorkspace(`.git/refs/heads/${scene.mark}`),
    script: `git branch ${scene.mark} && echo ${scene.mark} >> .git/refs/heads/${scene.mark}`,
  })),
  {
    name: 'by deleting',
    family: 'write inside',
    under: ['read-only'],
    set: (scene) => ({
      script: 'rm -rf README.md src',
      opened: () => !existsSync(scene.inWorkspace('README.md')),
    }),
  },
];

export const WRITE_ATTEMPTS: readonly Attempt[] = [...ways, ...steering, ...inside];
