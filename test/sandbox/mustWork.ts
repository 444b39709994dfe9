// What a sandbox must not break: the daily work of an agent.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { CONFINEMENTS, python, type Check, type CheckTrial } from './attempt.ts';
import type { Scene } from './scene.ts';

const EVERYWHERE = CONFINEMENTS;
const WRITING = ['workspace-write', 'network on'] as const;

/** A script that says `it works` as its last word if it does. */
function says(name: string, under: Check['under'], script: string, more: Partial<Check> = {}): Check {
  return {
    name,
    under,
    ...more,
    set: () => ({
      script: `set -e -o pipefail\n${script}\necho it works`,
      works: ({ exitCode, output }) => exitCode === 0 && output.trimEnd().endsWith('it works'),
    }),
  };
}

const reading: Check[] = [
  says('reading the system', EVERYWHERE, 'grep -q . /etc/passwd; ls /usr/bin > /dev/null; test -x /bin/sh'),
  says('reading the workspace', EVERYWHERE, 'grep -q hello README.md; cat src/hello.py > /dev/null'),
  says('reading other files of the home', EVERYWHERE, 'grep -q diary ~/documents/letter.txt'),
  says(
    'git status, log and diff',
    EVERYWHERE,
    'git status --short; git log --oneline | grep -q Begin; git diff --stat; git show HEAD > /dev/null',
  ),
  says(
    'pipes and jobs',
    EVERYWHERE,
    'seq 1 1000 | sort -rn | head -1 | grep -qx 1000; sleep 0.1 & (sleep 0.2; true) & wait; diff <(echo a) <(echo a)',
  ),
  says(
    'a temporary file',
    EVERYWHERE,
    'f=$(mktemp); echo x > "$f"; grep -q x "$f"; d=$(mktemp -d); touch "$d/y"; rm -r "$d" "$f"',
  ),
  says(
    'the devices everybody has',
    EVERYWHERE,
    'head -c 8 /dev/urandom > /dev/null; echo > /dev/null; head -c 4 /dev/zero | wc -c | grep -q 4; cat < /dev/null',
  ),
  says(
    'python',
    EVERYWHERE,
    python('import json, threading, tempfile', 'tempfile.NamedTemporaryFile().write(b"x")', 'print(json.dumps([1]))'),
    { needs: ['python3'] },
  ),
  says(
    'node',
    EVERYWHERE,
    `node -e 'const w = new (require("worker_threads").Worker)("", { eval: true }); w.on("exit", () => console.log("done"))' | grep -q done`,
  ),
  says(
    'the test runner of node',
    EVERYWHERE,
    `cat > "\${TMPDIR:-/tmp}/a.test.mjs" <<'END'
import test from 'node:test';
import { spawnSync } from 'node:child_process';
test('adds', () => { if (spawnSync('echo', ['2']).stdout.toString().trim() !== '2') throw new Error(); });
END
node --test "\${TMPDIR:-/tmp}/a.test.mjs"`,
  ),
  says(
    'a server and its client on loopback',
    EVERYWHERE,
    `node -e '
    const { createServer, get } = require("http");
    const server = createServer((_, a) => a.end("hello")).listen(0, "127.0.0.1", () =>
      get({ port: server.address().port, host: "127.0.0.1" }, (a) => a.on("data", (d) => { console.log(String(d)); server.close(); })));
  ' | grep -q hello`,
  ),
  says(
    'a program at a terminal',
    EVERYWHERE,
    python('import os, pty, sys', 'sys.exit(pty.spawn(["bash", "-c", "test -t 1 && tty"]))'),
    { needs: ['python3'] },
  ),
  says('the exit code', EVERYWHERE, `set +e; bash -c 'exit 42'; test $? = 42; set -e`),
];

/** A script after which the workspace, seen from outside, is as it should be. */
function leaves(name: string, script: string, isRight: (scene: Scene) => boolean, more: Partial<Check> = {}): Check {
  return {
    name,
    under: WRITING,
    ...more,
    set: (scene) => ({ script: `set -e\n${script}`, works: ({ exitCode }) => exitCode === 0 && isRight(scene) }),
  };
}

function git(scene: Scene, ...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: scene.workspace, encoding: 'utf8' }).trim();
}

const writing: Check[] = [
  leaves(
    'writing files',
    'echo new > new.txt; mkdir -p a/b; mv README.md a/b/; sed -i s/hello/bye/ src/hello.py',
    (scene) =>
      scene.says(scene.inWorkspace('new.txt'), 'new') &&
      scene.says(scene.inWorkspace('src/hello.py'), 'bye') &&
      scene.says(scene.inWorkspace('a/b/README.md'), 'hello'),
  ),
  leaves('names in other scripts', 'mkdir "Ünïcödé 文件 📁"; echo text > "Ünïcödé 文件 📁/it\'s a file"', (scene) =>
    scene.says(scene.inWorkspace("Ünïcödé 文件 📁/it's a file"), 'text'),
  ),
  leaves(
    'git add -A and commit',
    'echo more > more.txt; git add -A .; git commit -qm "More, from inside"; test -z "$(git status --short)"',
    (scene) =>
      git(scene, 'log', '-1', '--format=%s') === 'More, from inside' &&
      git(scene, 'show', '--name-only', '--format=').split('\n').join() === '.vscode/settings.json,lib,more.txt',
  ),
  leaves(
    'git branch, stash, merge and rebase',
    `
    git checkout -qb topic; echo t > t; git add t; git commit -qm Topic; git checkout -q main
    echo m > m; git add m; git commit -qm Main; git rebase -q main topic; git checkout -q main; git merge -q topic
    echo dirty >> m; git stash -q; git stash pop -q; git tag v1`,
    (scene) => git(scene, 'log', '-1', '--format=%s', 'v1') === 'Topic',
  ),
  leaves(
    'git commit in a nested repository',
    'cd lib; echo more > more.txt; git add more.txt; git commit -qm "More lib"',
    (scene) => git(scene, '-C', 'lib', 'log', '-1', '--format=%s') === 'More lib',
  ),
  leaves(
    'git worktree, and a commit in it',
    'git worktree add -q -b other wt; cd wt; echo w > w; git add w; git commit -qm "In a worktree"; cd ..; git worktree list | grep -q wt',
    (scene) => git(scene, 'log', '-1', '--format=%s', 'other') === 'In a worktree',
  ),
  leaves(
    'make and a compiler',
    `printf '#include <stdio.h>\\nint main(void) { puts("built"); }\\n' > m.c; printf 'm: m.c\\n\\tcc -o m m.c\\n' > Makefile; make -s; ./m | grep -q built`,
    (scene) => existsSync(scene.inWorkspace('m')),
    { needs: ['make', 'cc'] },
  ),
  leaves(
    'a virtual environment of python',
    'python3 -m venv --without-pip env; env/bin/python -c "import sys; assert sys.prefix != sys.base_prefix"; python3 -m compileall -q src',
    (scene) => existsSync(scene.inWorkspace('env/bin/python')),
    { needs: ['python3'] },
  ),
  leaves(
    'npm scripts',
    `echo '{"name":"p","version":"1.0.0","scripts":{"build":"echo built > built.txt"}}' > package.json; npm run -s build`,
    (scene) => scene.says(scene.inWorkspace('built.txt'), 'built'),
    { needs: ['npm'] },
  ),
];

/** A name that every machine knows, and that is reached through the proxy all the same when asked for. */
const REGISTRY = 'localhost';

const network: Check[] = [
  {
    name: 'npm install through the proxy',
    under: ['network on'],
    needs: ['npm'],
    hosts: [REGISTRY],
    set: async (scene): Promise<CheckTrial> => {
      const port = await serveRegistry(scene);
      return {
        script: `set -e; export NO_PROXY= no_proxy=; echo '{"name":"p","version":"1.0.0"}' > package.json
          npm install --registry http://${REGISTRY}:${port}/ --noproxy= --no-audit --no-fund --cache "$(mktemp -d)" tiny
          node -e 'if (require("tiny") !== "tiny indeed") process.exit(1)'`,
        works: ({ exitCode }) =>
          exitCode === 0 &&
          readFileSync(scene.inWorkspace('node_modules/tiny/index.js'), 'utf8').includes('tiny indeed'),
      };
    },
  },
  {
    name: 'curl to an allowed host',
    under: ['network on'],
    needs: ['curl'],
    hosts: [REGISTRY],
    set: async (scene): Promise<CheckTrial> => {
      const port = await serveRegistry(scene);
      return {
        script: `NO_PROXY= no_proxy= curl -sfm 20 http://${REGISTRY}:${port}/tiny`,
        works: ({ exitCode, output }) => exitCode === 0 && output.includes('dist-tags'),
      };
    },
  },
];

/** A registry with one tiny package. */
async function serveRegistry(scene: Scene): Promise<number> {
  scene.write(scene.inHome('pack/package/package.json'), '{"name":"tiny","version":"1.0.0","main":"index.js"}');
  scene.write(scene.inHome('pack/package/index.js'), 'module.exports = "tiny indeed";\n');
  const archive = execFileSync('tar', ['-czf', '-', 'package'], { cwd: scene.inHome('pack') });
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz') === true) return void response.end(archive);
    if (request.url !== '/tiny') return void response.writeHead(404).end('{}');
    const dist = { tarball: `http://${request.headers.host ?? ''}/tiny/-/tiny-1.0.0.tgz` };
    const versions = { '1.0.0': { name: 'tiny', version: '1.0.0', main: 'index.js', dist } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name: 'tiny', 'dist-tags': { latest: '1.0.0' }, versions }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scene.atEnd(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export const MUST_WORK: readonly Check[] = [...reading, ...writing, ...network];
