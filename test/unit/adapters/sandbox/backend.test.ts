// What the two ways of containing a command are started with; the profile for a Mac is read here and was not run.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linuxBackend, macBackend, type Wrapping } from '../../../../server/adapters/sandbox/backend.ts';
import type { NetworkDoor } from '../../../../server/adapters/sandbox/networkDoor.ts';

const ID = 'an-id-that-nobody-can-guess-00';

describe('the way a command is contained', () => {
  let base: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-backend-')));
    for (const folder of ['project/.vscode', 'secret']) mkdirSync(join(base, folder), { recursive: true });
  });
  afterEach(() => rmSync(base, { recursive: true }));

  function wrapping(more: Partial<Wrapping> = {}): Wrapping {
    return {
      script: 'exec true',
      id: ID,
      containment: {
        writable: [join(base, 'project')],
        readOnly: [join(base, 'project/.vscode')],
        hidden: [join(base, 'secret')],
      },
      hasTerminal: false,
      door: null,
      ...more,
    };
  }

  function door(place: NetworkDoor['place']): NetworkDoor {
    return {
      place,
      token: 'the-token',
      admit: () => undefined,
      dismiss: () => undefined,
      close: () => Promise.resolve(),
    };
  }

  describe('on Linux', () => {
    beforeEach(function () {
      if (process.platform !== 'linux') this.skip();
    });
    const line = async (more: Partial<Wrapping> = {}): Promise<string> => {
      const backend = linuxBackend({ bwrap: '/opt/bwrap', socat: '/opt/socat', seccomp: '/bin/true' });
      const [shell, flag, text] = await backend.wrap(wrapping(more));
      backend.after();
      assert.deepEqual([shell, flag], ['/bin/sh', '-c']);
      return text ?? '';
    };

    it('has namespaces of its own, dies with the server, and passes the helper that closes unix sockets', async () => {
      const text = await line();
      for (const part of ['exec /opt/bwrap', '--die-with-parent', '--unshare-net', '--unshare-pid', '--new-session'])
        assert.ok(text.includes(part), part);
      assert.ok(text.includes('/bin/true /bin/sh -c'), 'the helper is not in the way');
    });

    it('writes where it may, keeps the rest, and hides what is secret', async () => {
      const text = await line();
      assert.ok(text.includes('--ro-bind / /'));
      assert.ok(text.includes(`--bind ${base}/project ${base}/project`));
      assert.ok(text.includes(`--ro-bind ${base}/project/.vscode ${base}/project/.vscode`));
      assert.ok(text.includes(`--tmpfs ${base}/secret`));
    });

    it('takes no path for a pattern', async () => {
      mkdirSync(join(base, '[x]*'));
      const text = await line({ containment: { writable: [join(base, '[x]*')], readOnly: [], hidden: [] } });
      assert.match(text, /--bind '?[^ ]*\[x\]\*/);
    });

    it('has its terminal for itself only where the terminal is its own', async () => {
      assert.ok(!(await line({ hasTerminal: true })).includes('--new-session'));
    });
  });

  describe('on a Mac', () => {
    const line = async (more: Partial<Wrapping> = {}): Promise<string> =>
      (await macBackend().wrap(wrapping(more)))[2] ?? '';

    it('is a profile that denies by default', async () => {
      const text = await line();
      assert.match(text, /^exec env .*sandbox-exec -p /s);
      assert.match(text, /\(deny default/);
    });

    it('writes where it may, keeps the rest, and hides what is secret', async () => {
      const text = await line();
      const rule = (action: string, path: string): boolean =>
        text.split('\n(').some((part) => part.startsWith(action) && part.includes(`(subpath "${path}")`));
      assert.ok(rule('allow file-write*', `${base}/project`), 'the workspace is not writable');
      assert.ok(rule('deny file-write*', `${base}/project/.vscode`), 'the settings are writable');
      assert.ok(rule('deny file-read*', `${base}/secret`), 'the secret is readable');
    });

    it('has no network but the ports of the proxies', async () => {
      assert.ok(!(await line()).includes('4711'));
      const text = await line({ door: door({ type: 'ports', http: 4711, socks: 4712 }) });
      assert.ok(text.includes('localhost:4711') && text.includes('localhost:4712'));
      assert.doesNotMatch(text, /\(allow network\*\)/);
    });
  });
});
