// Attempts on other processes, on terminals and on the kernel, and to live on when the command is over.
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { python, quoted, writing, type Attempt } from './attempt.ts';
import { isAlive, processesWith } from './person.ts';
import type { Scene } from './scene.ts';

/** How long somebody may take to die after the command is over. */
const GONE_WITHIN_MS = 8_000;

/** A process of the same user, outside; it has said that it is ready. */
async function victim(scene: Scene, ...lines: readonly string[]): Promise<ChildProcess> {
  const source = [
    ...lines,
    'import sys',
    'print("ready", flush=True)',
    'for line in sys.stdin: print(line, flush=True)',
  ];
  const child = scene.startOutside(['python3', '-c', source.join('\n'), `${scene.mark}-victim`]);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

/** Whether it has been killed: whoever was cannot answer any more, even when the death takes its time. */
async function isDead(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  const died = once(child, 'exit').then(() => true);
  const answered = child.stdout === null ? died : once(child.stdout, 'data').then(() => false);
  child.stdin?.on('error', () => undefined); // nobody reads it any more: then the exit is told
  child.stdin?.write('still there?\n');
  return await Promise.race([died, answered]);
}

function killing(name: string, script: (pid: number, scene: Scene) => string): Attempt {
  return {
    name,
    family: 'process',
    set: async (scene) => {
      const child = await victim(scene);
      return { script: script(child.pid ?? 0, scene), opened: () => isDead(child) };
    },
  };
}

/** It counts when somebody with this mark lives on. */
function livingOn(name: string, script: (mark: string) => string): Attempt {
  return {
    name,
    family: 'process',
    set: (scene) => {
      const mark = `${scene.mark}-daemon`;
      return {
        script: script(mark),
        opened: async () => {
          const deadline = Date.now() + GONE_WITHIN_MS;
          let alive = processesWith(mark).filter(isAlive);
          while (alive.length > 0 && Date.now() < deadline) {
            await delay(50); // nobody tells of the end of a process that is not our child
            alive = processesWith(mark).filter(isAlive);
          }
          for (const pid of alive) process.kill(pid, 'SIGKILL');
          return alive.length > 0;
        },
      };
    },
  };
}

const processes: Attempt[] = [
  killing('killing by number', (pid) => `kill -9 ${pid}`),
  killing('killing by name', (_, scene) => `pkill -9 -f ${scene.mark}-victi[m]`),
  {
    name: 'reading the memory of another process',
    family: 'process',
    set: async (scene) => {
      const { pid = 0 } = await victim(scene, `secret = "".join(["in-memory-", "${scene.mark}"])`);
      const script = python(
        'import re',
        `pid = ${pid}`,
        'for line in open(f"/proc/{pid}/maps"):',
        '  found = re.match(r"(\\w+)-(\\w+) rw", line)',
        '  if not found: continue',
        '  start, end = (int(found[1], 16), int(found[2], 16))',
        '  try:',
        '    with open(f"/proc/{pid}/mem", "rb", 0) as memory:',
        '      memory.seek(start)',
        `      if b"in-" + b"memory-${scene.mark}" in memory.read(end - start): print("found" + "${scene.mark}")`,
        '  except OSError: pass',
      );
      return { script, opened: ({ output }) => output.includes(`found${scene.mark}`) };
    },
  },
  {
    name: 'attaching to another process',
    family: 'process',
    set: async (scene) => {
      const child = await victim(scene);
      // PTRACE_SEIZE with PTRACE_O_EXITKILL: it ends with the one who attached to it
      const attach = `libc.ptrace(0x4206, ${child.pid}, 0, 0x100000)`;
      return { script: python('import ctypes', 'libc = ctypes.CDLL(None)', attach), opened: () => isDead(child) };
    },
  },
  livingOn('living on by nohup', (mark) => `nohup bash -c 'sleep 600; : ${mark}' > /dev/null 2>&1 & sleep 0.1`),
  livingOn(
    'living on in a session of its own',
    (mark) => `setsid -f bash -c 'sleep 600; : ${mark}' > /dev/null 2>&1 < /dev/null`,
  ),
  livingOn('living on by forking twice', (mark) =>
    python(
      'import os, time',
      `mark = "${mark}"`,
      'if os.fork() == 0:',
      '  os.setsid()',
      '  if os.fork() == 0:',
      '    for fd in range(3): os.close(fd)',
      '    time.sleep(600)',
      '  os._exit(0)',
    ),
  ),
  livingOn(
    'living on deaf to signals',
    (mark) =>
      `bash -c 'trap "" HUP INT TERM; while :; do sleep 1; done; : ${mark}' > /dev/null 2>&1 & disown; sleep 0.1`,
  ),
];

const TERMINAL = [
  'import os, sys, pty, select',
  'master, slave = pty.openpty()',
  'print(os.ttyname(slave), flush=True)',
  'sys.stdin.readline()',
  'os.write(slave, b"<the end>")',
  'seen = b""',
  'while b"<the end>" not in seen: seen += os.read(master, 4096)',
  'print(seen.decode(), flush=True)',
].join('\n');

const terminals: Attempt[] = [
  {
    name: 'writing to another terminal',
    family: 'process',
    set: async (scene) => {
      const terminal = scene.startOutside(['python3', '-c', TERMINAL]);
      const lines: string[] = [];
      terminal.stdout?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
      if (terminal.stdout !== null) await once(terminal.stdout, 'data');
      const name = lines.join('').trim();
      return {
        script: `echo ${scene.mark} > ${name}`,
        opened: async () => {
          terminal.stdin?.write('\n');
          await once(terminal, 'close');
          return lines.join('').includes(scene.mark);
        },
      };
    },
  },
  {
    name: 'typing into the terminal it runs at',
    family: 'process',
    atTerminal: true,
    set: (scene) => ({
      script: python(
        'import fcntl, os, termios',
        'for name in ("/dev/tty", "/dev/stdin", "/dev/stdout"):',
        '  try:',
        '    terminal = os.open(name, os.O_RDWR)',
        `    for letter in "echo " + "${scene.mark}": fcntl.ioctl(terminal, termios.TIOCSTI, letter.encode())`,
        '    break',
        '  except OSError: pass',
      ),
      opened: ({ output }) => output.includes(`TYPED:echo ${scene.mark}`),
    }),
  },
];

const KERNEL = { family: 'kernel' } as const;
const keyctl = (...lines: readonly string[]): string =>
  python('import ctypes', 'call = ctypes.CDLL(None, use_errno=True).syscall', ...lines);

const kernel: Attempt[] = [
  writing('a mount over what protects a hook', KERNEL, (scene) => ({
    file: scene.inWorkspace('.git/hooks/pre-commit'),
    script: `unshare -Urm bash -c "umount -l .git/hooks; mount -o remount,bind,rw .git/hooks; echo ${scene.mark} > .git/hooks/pre-commit"`,
  })),
  writing('a mount made writable again', KERNEL, (scene) => ({
    file: scene.inHome('documents/letter.txt'),
    script: `unshare -Urm bash -c "mount -o remount,bind,rw / ; mount -o remount,bind,rw ${scene.home}; echo ${scene.mark} >> ${scene.inHome('documents/letter.txt')}"`,
  })),
  {
    name: 'a secret seen by taking a mount away',
    family: 'kernel',
    set: (scene) => ({
      script: `unshare -Urm bash -c "umount -l ~/.ssh/id_ed25519; umount -l ~/.ssh; umount -l ~; cat ~/.ssh/id_ed25519"`,
      opened: ({ output }) => output.includes(scene.secret('ssh key')),
    }),
  },
  {
    name: 'a setting of the kernel',
    family: 'kernel',
    unshowable: 'only root may, and the battery runs as a plain user',
    set: (scene) => ({
      script: `echo ${scene.mark} > /proc/sys/kernel/core_pattern; unshare -Ur bash -c 'echo ${scene.mark} > /proc/sys/kernel/core_pattern'`,
      opened: () => scene.says('/proc/sys/kernel/core_pattern'),
    }),
  },
  {
    name: 'a key put into the keyring of the user',
    family: 'kernel',
    set: (scene) => ({
      script: keyctl(`call(248, b"user", b"${scene.mark}", b"payload", 7, -4)`),
      opened: async () =>
        (await scene.outside(keyctl(`print("key", call(250, 10, -4, b"user", b"${scene.mark}", 0))`))).includes(
          'key -1',
        ) === false,
    }),
  },
  {
    name: 'a key read from the keyring of the user',
    family: 'kernel',
    set: async (scene) => {
      await scene.outside(
        keyctl(
          `key = call(248, b"user", b"${scene.mark}", b"found" + b"${scene.mark}", ${scene.mark.length + 5}, -4)`,
          'call(250, 5, key, 0x3f3f0000)',
        ),
      );
      return {
        script: keyctl(
          `key = call(250, 10, -4, b"user", b"${scene.mark}", 0)`,
          'buffer = ctypes.create_string_buffer(100)',
          'call(250, 11, key, buffer, 100)',
          'print(buffer.value.decode())',
        ),
        opened: ({ output }) => output.includes(`found${scene.mark}`),
      };
    },
  },
  {
    name: 'memory shared with others',
    family: 'kernel',
    set: (scene) => {
      const key = Number.parseInt(scene.mark.slice(5, 12), 16) + 1;
      scene.atEnd(async () => void (await scene.outside(`ipcrm -M ${key}`)));
      return {
        script: python('import ctypes', `ctypes.CDLL(None).shmget(${key}, 4096, 0o1666)`),
        opened: () =>
          readFileSync('/proc/sysvipc/shm', 'utf8')
            .split('\n')
            .some((line) => line.trim().startsWith(`${key} `)),
      };
    },
  },
  {
    name: 'rings that go around the filter of calls',
    family: 'kernel',
    set: (scene) => ({
      script: python(
        'import ctypes',
        'parameters = ctypes.create_string_buffer(120)',
        'ring = ctypes.CDLL(None).syscall(425, 4, parameters)',
        `if ring >= 0: print("ring" + "${scene.mark}")`,
      ),
      opened: ({ output }) => output.includes(`ring${scene.mark}`),
    }),
  },
];

const packageFile = (script: string): string =>
  JSON.stringify({ name: 'proof', version: '1.0.0', scripts: { postinstall: script } });

const installs: Attempt[] = [
  writing('npm: a script that writes to the home', { family: 'install script' }, (scene) => {
    const file = scene.inHome('.bashrc');
    scene.write(scene.inWorkspace('package.json'), packageFile(`echo ${scene.mark} >> ${file}`));
    return { file, script: 'npm install --offline --no-audit --no-fund --cache "$(mktemp -d)"' };
  }),
  {
    name: 'npm: a script that reads a key',
    family: 'install script',
    set: (scene) => {
      scene.write(scene.inWorkspace('package.json'), packageFile('cat $HOME/.ssh/id_ed25519'));
      return {
        script: 'npm install --offline --no-audit --no-fund --foreground-scripts --cache "$(mktemp -d)"',
        opened: ({ output }) => output.includes(scene.secret('ssh key')),
      };
    },
  },
  writing('python: a set-up that plants a hook', { family: 'install script' }, (scene) => {
    const file = scene.inWorkspace('.git/hooks/post-checkout');
    scene.write(scene.inWorkspace('setup.py'), `open(${JSON.stringify(file)}, "w").write("# ${scene.mark}")\n`);
    return { file, script: 'python3 setup.py install' };
  }),
  writing('make: a target that writes outside', { family: 'install script' }, (scene) => {
    const file = scene.inHome('documents/letter.txt');
    scene.write(scene.inWorkspace('Makefile'), `all:\n\t@echo ${scene.mark} >> ${quoted(file)}\n`);
    return { file, script: 'make' };
  }),
];

export const PROCESS_ATTEMPTS: readonly Attempt[] = [...processes, ...terminals, ...kernel, ...installs];
