// Files for the client itself over the wire: read, written, listed, copied, removed and watched, and the key that stays closed.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Asks for what must be refused; returns code, message and data. */
async function refused(client: WireClient, method: string, params: object): Promise<any> {
  const { error, result } = await client.ask(method, params);
  ok(error !== undefined, `${method} was answered: ${JSON.stringify(result)}`);
  return error;
}

function inside(stage: Stage): (...names: string[]) => string {
  return (...names) => join(stage.workspace, ...names);
}

describe('files of the client', () => {
  story('are written whole and read, with mode and links kept', async (stage, kind) => {
    const client = await stage.open(kind);
    const at = inside(stage);
    await client.request('fs/writeFile', { path: at('a.sh'), dataBase64: base64('old\0\xff') });
    chmodSync(at('a.sh'), 0o755);
    symlinkSync('a.sh', at('link'));
    await client.request('fs/writeFile', { path: at('link'), dataBase64: base64('new') });
    ok(lstatSync(at('link')).isSymbolicLink());
    equal(statSync(at('a.sh')).mode & 0o777, 0o755);
    deepEqual(await client.request('fs/readFile', { path: at('x', '..', 'link') }), { dataBase64: base64('new') });
    symlinkSync('later.txt', at('dangling'));
    await client.request('fs/writeFile', { path: at('dangling'), dataBase64: '' });
    equal(readFileSync(at('later.txt'), 'utf8'), '');
    deepEqual(readdirSync(stage.workspace).toSorted(), ['a.sh', 'dangling', 'later.txt', 'link']);
  });

  story(
    'have metadata of what a link leads to, and folders list their own entries',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const at = inside(stage);
      await client.request('fs/createDirectory', { path: at('dir', 'sub') });
      await client.request('fs/createDirectory', { path: at('dir', 'sub'), recursive: null });
      stage.write('dir/file', 'x');
      symlinkSync('dir', at('link'));
      symlinkSync('nowhere', at('broken'));
      const { createdAtMs, modifiedAtMs, ...what } = await client.request('fs/getMetadata', { path: at('link') });
      deepEqual(what, { isDirectory: true, isFile: false, isSymlink: true });
      equal(modifiedAtMs, Math.floor(statSync(at('dir')).mtimeMs));
      ok(Number.isInteger(createdAtMs));
      const { entries } = await client.request('fs/readDirectory', { path: at() });
      deepEqual(
        entries.toSorted((a: any, b: any) => (a.fileName < b.fileName ? -1 : 1)),
        [
          { fileName: 'dir', isDirectory: true, isFile: false },
          { fileName: 'link', isDirectory: true, isFile: false },
        ],
      );
    },
    LINKED,
  );

  story(
    'are copied and removed, links as links, folders only when asked for',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const at = inside(stage);
      stage.write('dir/sub/run.sh', 'text');
      chmodSync(at('dir/sub/run.sh'), 0o750);
      symlinkSync('sub', at('dir', 'link'));
      const copy = { sourcePath: at('dir'), destinationPath: at('deep', 'copy') };
      match((await refused(client, 'fs/copy', copy)).message, /requires recursive: true/);
      await client.request('fs/copy', { ...copy, recursive: true });
      stage.write('dir/sub/run.sh', 'newer');
      await client.request('fs/copy', { ...copy, recursive: true });
      equal(stage.read('deep/copy/sub/run.sh'), 'newer');
      equal(statSync(at('deep/copy/sub/run.sh')).mode & 0o777, 0o750);
      ok(lstatSync(at('deep/copy/link')).isSymbolicLink());
      const into = { sourcePath: at('dir'), destinationPath: at('dir', 'sub', 'new'), recursive: true };
      match((await refused(client, 'fs/copy', into)).message, /to itself or one of its descendants/);
      await client.request('fs/remove', { path: `${at('deep/copy/link')}/` });
      ok(existsSync(at('deep/copy/sub/run.sh')), 'the link went, not what it leads to');
      const { code, data } = await refused(client, 'fs/remove', { path: at('deep'), recursive: false });
      deepEqual([code, data.code], [-32603, 'ENOTEMPTY']);
      await client.request('fs/remove', { path: at('deep') });
      await client.request('fs/remove', { path: at('deep') });
      ok(!existsSync(at('deep')));
    },
    LINKED,
  );

  story(
    'are refused with the code of the system, and bad paths and bad base64 before anything is done',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const at = inside(stage);
      stage.write('file', 'x');
      const cases: readonly [method: string, params: object, code: number, message: RegExp][] = [
        ['fs/readFile', { path: at('none') }, -32603, /^No such file or directory \(os error 2\)$/],
        ['fs/readFile', { path: at() }, -32600, /is not a file/],
        ['fs/readFile', { path: '/dev/null' }, -32600, /is not a file/],
        ['fs/readFile', { path: 'file' }, -32600, /must be an absolute path/],
        ['fs/readFile', { path: '' }, -32600, /must be an absolute path/],
        ['fs/readFile', { path: '/a\0b' }, -32600, /must be an absolute path/],
        ['fs/readFile', {}, -32602, /path/],
        ['fs/writeFile', { path: at(), dataBase64: '' }, -32603, /^Is a directory \(os error 21\)$/],
        ['fs/writeFile', { path: '/dev/null', dataBase64: '' }, -32600, /is not a file/],
        ['fs/writeFile', { path: at('no', 'folder'), dataBase64: '' }, -32603, /^No such file/],
        ['fs/writeFile', { path: at('new'), dataBase64: 'YQ' }, -32600, /valid base64/],
        ['fs/createDirectory', { path: at('file') }, -32603, /^File exists \(os error 17\)$/],
        ['fs/createDirectory', { path: at('a', 'b'), recursive: false }, -32603, /^No such file/],
        ['fs/getMetadata', { path: at('none') }, -32603, /^No such file/],
        ['fs/readDirectory', { path: at('file') }, -32603, /^Not a directory \(os error 20\)$/],
        ['fs/remove', { path: at('none'), force: false }, -32603, /^No such file/],
        ['fs/copy', { sourcePath: at('file'), destinationPath: at() }, -32603, /^Is a directory/],
        ['fs/copy', { sourcePath: 'file', destinationPath: at('new') }, -32600, /`sourcePath` must be/],
        ['fs/watch', { watchId: 'w', path: 'file' }, -32600, /must be an absolute path/],
      ];
      for (const [method, params, code, message] of cases) {
        const error = await refused(client, method, params);
        equal(error.code, code, `${method} ${JSON.stringify(params)}: ${error.message}`);
        match(error.message, message);
      }
      deepEqual(readdirSync(stage.workspace), ['file']);
    },
    LINKED,
  );

  story(
    'do not show, replace or remove the key, by any of its names',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const key = join(stage.home, 'auth.json');
      const at = inside(stage);
      const cannot = async (method: string, params: object): Promise<void> => {
        const { code, data } = await refused(client, method, params);
        deepEqual([code, data.kind], [-32600, 'keptPrivate'], `${method} ${JSON.stringify(params)}`);
      };
      await cannot('fs/writeFile', { path: key, dataBase64: '' });
      await client.request('account/login/start', { type: 'apiKey', apiKey: 'sk-very-secret' });
      symlinkSync(key, at('link'));
      linkSync(key, at('other'));
      for (const path of [key, at('link'), at('other')]) {
        await cannot('fs/readFile', { path });
        await cannot('fs/writeFile', { path, dataBase64: '' });
        await cannot('fs/copy', { sourcePath: stage.home, destinationPath: at('home'), recursive: true });
      }
      await cannot('fs/copy', { sourcePath: key, destinationPath: at('copy') });
      await cannot('fs/copy', { sourcePath: join(stage.home, 'config.toml'), destinationPath: key });
      for (const path of [key, stage.home, join(stage.home, '..'), '/']) await cannot('fs/remove', { path });
      match(readFileSync(key, 'utf8'), /sk-very-secret/);
      ok(!JSON.stringify(client.lines.filter(({ direction }) => direction === '<')).includes('sk-very-secret'));
    },
    LINKED,
  );
});

/** The next change of a watch: its paths, relative to the workspace. */
async function changed(client: WireClient, stage: Stage, watchId: string): Promise<string[]> {
  const { params } = await client.next('fs/changed', (told) => told.watchId === watchId);
  return params.changedPaths.map((path: string) => path.slice(stage.workspace.length));
}

describe('watches of the client', () => {
  story('tell the direct entries of a folder that changed, and end when they are told to', async (stage, kind) => {
    const client = await stage.open(kind);
    const at = inside(stage);
    mkdirSync(at('dir', 'sub'), { recursive: true });
    deepEqual(await client.request('fs/watch', { watchId: 'w', path: at('dir') }), { path: at('dir') });
    match((await refused(client, 'fs/watch', { watchId: 'w', path: at() })).message, /watchId already exists: w/);
    stage.write('dir/sub/deep', 'not a direct entry');
    await client.request('fs/writeFile', { path: at('dir', 'new'), dataBase64: base64('x') });
    deepEqual(await changed(client, stage, 'w'), ['/dir/new'], 'and no file that was written on the way');
    rmSync(at('dir', 'new'));
    deepEqual(await changed(client, stage, 'w'), ['/dir/new']);
    await client.request('fs/unwatch', { watchId: 'w' });
    await client.request('fs/unwatch', { watchId: 'w' });
    await client.request('fs/watch', { watchId: 'other', path: at('dir') });
    stage.write('dir/last', 'x');
    deepEqual(await changed(client, stage, 'other'), ['/dir/last']);
    equal(client.incoming().filter(({ params }) => params.watchId === 'w').length, 2);
  });

  story('follow a file that is replaced, removed, and made again', async (stage, kind) => {
    const client = await stage.open(kind);
    const at = inside(stage);
    stage.write('file', '1');
    await client.request('fs/watch', { watchId: 'w', path: at('file') });
    const steps: readonly (() => void)[] = [
      () => stage.write('file', '2'),
      () => (stage.write('beside', '3'), renameSync(at('beside'), at('file'))),
      () => stage.write('file', '4'),
      () => rmSync(at('file')),
      () => stage.write('file', '5'),
      () => stage.write('file', '6'),
    ];
    for (const step of steps) {
      step();
      deepEqual(await changed(client, stage, 'w'), ['/file']);
    }
  });

  story('wait for what is not there yet, and see a folder come back', async (stage, kind) => {
    const client = await stage.open(kind);
    const at = inside(stage);
    await client.request('fs/watch', { watchId: 'w', path: at('a', 'b') });
    mkdirSync(at('a'));
    mkdirSync(at('a', 'b'));
    ok((await changed(client, stage, 'w')).includes('/a/b'));
    renameSync(at('a', 'b'), at('a', 'gone'));
    ok((await changed(client, stage, 'w')).includes('/a/b'));
    mkdirSync(at('a', 'b'));
    ok((await changed(client, stage, 'w')).includes('/a/b'));
    // it may still be attaching: the change is told then as one of the folder
    stage.write('a/b/file', 'x');
    const told = await changed(client, stage, 'w');
    ok(told.includes('/a/b/file') || told.includes('/a/b'), told.join());
  });

  story('see behind a link', async (stage, kind) => {
    const client = await stage.open(kind);
    const at = inside(stage);
    stage.write('real/file', '1');
    symlinkSync('real/file', at('link'));
    await client.request('fs/watch', { watchId: 'w', path: at('link') });
    writeFileSync(at('real', 'file'), '2');
    deepEqual(await changed(client, stage, 'w'), ['/link']);
  });

  story(
    'belong to one connection, and end with it',
    async (stage, kind) => {
      const server = await stage.start(kind);
      const [one, other] = [await server.connect(), await server.connect()];
      for (const client of [one, other]) {
        await client.initialize();
        await client.request('fs/watch', { watchId: 'same', path: stage.workspace });
      }
      stage.write('file', '1');
      deepEqual(await changed(one, stage, 'same'), ['/file']);
      deepEqual(await changed(other, stage, 'same'), ['/file']);
      one.close();
      await one.closed;
      stage.write('second', '2');
      deepEqual(await changed(other, stage, 'same'), ['/second']);
    },
    LINKED,
  );
});
