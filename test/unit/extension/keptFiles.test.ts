// Files that are kept from the model: by name, by .bowlineignore, through links; asked about once each, refused otherwise.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { Attachment, KeptBy } from '../../../server/protocol/chatBridge.ts';
import { KeptFiles } from '../../../src/chat/keptFiles.ts';

function setUp({
  files = {},
  links = {},
  agrees = false,
}: { files?: Record<string, string>; links?: Record<string, string>; agrees?: boolean } = {}) {
  const asked: [string, KeptBy][] = [];
  const kept = new KeptFiles({
    read: (path) => Promise.resolve(files[path] ?? null),
    realPath: (path) => Promise.resolve(links[path] ?? path),
    ask: (path, keptBy) => {
      asked.push([path, keptBy]);
      return Promise.resolve(agrees);
    },
    nowMs: () => 0,
  });
  return { kept, asked };
}

const file = (path: string): Attachment => ({ type: 'file', path, name: path.split('/').at(-1) ?? '' });

describe('files that are kept from the model', () => {
  it('are known by their name, by an ignore file above them, and through a link', async () => {
    const { kept } = setUp({
      files: { '/w/.bowlineignore': 'private/\n*.csv\n', '/w/a/.bowlineignore': '/notes.md\n' },
      links: { '/w/readme.txt': '/w/.env' },
    });
    const by = (path: string) => kept.keptBy(path);
    deepEqual(await Promise.all(['/w/.env', '/w/src/id_rsa', '/w/.env.example'].map(by)), ['name', 'name', null]);
    deepEqual(await Promise.all(['/w/private/a.ts', '/w/x/y.csv', '/w/a/notes.md', '/w/a/b/notes.md'].map(by)), [
      'ignoreFile',
      'ignoreFile',
      'ignoreFile',
      null,
    ]);
    equal(await by('/w/readme.txt'), 'name');
    equal(await by('/w/src/main.ts'), null);
  });

  it('are left out on a no, and marked on a yes that is asked for once', async () => {
    const selection: Attachment = {
      type: 'selection',
      path: '/w/.env',
      name: '.env',
      startLine: 1,
      endLine: 1,
      text: 'x',
    };
    const image: Attachment = { type: 'image', url: 'data:', name: '.env' };
    const no = setUp();
    deepEqual(await no.kept.allowed([file('/w/.env'), file('/w/a.ts'), image]), [file('/w/a.ts'), image]);
    deepEqual(no.asked, [['/w/.env', 'name']]);
    const yes = setUp({ agrees: true });
    deepEqual(await yes.kept.allowed([file('/w/.env'), selection]), [
      { ...file('/w/.env'), keptBy: 'name' },
      { ...selection, keptBy: 'name' },
    ]);
    equal(yes.asked.length, 1);
  });

  it('are marked in the list of files', async () => {
    const { kept } = setUp();
    deepEqual(await kept.marked([{ path: '/w/.env' }, { path: '/w/a' }]), [
      { path: '/w/.env', keptBy: 'name' },
      { path: '/w/a' },
    ]);
  });

  it('do not leave with a message unasked, whatever form they take in it', async () => {
    const parts = [
      { type: 'mention', name: '.env', path: '/w/.env' },
      { type: 'localImage', path: '/w/server.key' },
      { type: 'text', text: 'Selected lines of /w/.env:1-2\n```\nA=1\n```' },
    ] as const;
    for (const part of parts) {
      const { kept, asked } = setUp();
      await rejects(kept.checkInput([part]), /is kept from the model/);
      equal(asked.length, 1);
    }
    const { kept } = setUp({ agrees: true });
    await kept.checkInput([...parts, { type: 'text', text: 'Why does .env matter?' }, { type: 'image', url: 'data:' }]);
  });
});
