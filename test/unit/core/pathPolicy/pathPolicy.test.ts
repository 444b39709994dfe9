// The path policy as tables: where the server may write and read for the model.
import assert from 'node:assert/strict';
import { credentialPaths, credentialStoreOf } from '../../../../server/core/pathPolicy/credentialStores.ts';
import { isWithin, isWithinAnySpelling, type Places } from '../../../../server/core/pathPolicy/places.ts';
import { protectedNameIn } from '../../../../server/core/pathPolicy/protectedNames.ts';
import { placeOfRead } from '../../../../server/core/pathPolicy/reading.ts';
import { placeOfWrite, writeProblem, type WritePlace } from '../../../../server/core/pathPolicy/writing.ts';
import type { SandboxPolicy } from '../../../../server/protocol/schema/common.ts';

const PLACES: Places = {
  userHomes: ['/home/ann', '/data/ann'],
  bowlineHomes: ['/home/ann/.bowline', '/ws/project/state'],
  codexHomes: ['/home/ann/.codex'],
  slashTmp: ['/tmp'],
  tmpdir: ['/scratch/ann'],
};

const WORKSPACE_WRITE: Extract<SandboxPolicy, { type: 'workspaceWrite' }> = {
  type: 'workspaceWrite',
  writableRoots: ['/ws/extra/', ''],
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};

const place = (path: string, sandbox: SandboxPolicy = WORKSPACE_WRITE): WritePlace['type'] =>
  placeOfWrite(path, { sandbox, cwd: '/ws/project', places: PLACES }).type;

const WRITES: readonly (readonly [path: string, expected: WritePlace['type']])[] = [
  ['/ws/project/src/a.ts', 'free'],
  ['/ws/project', 'free'],
  ['/ws/extra/a.ts', 'free'],
  ['/tmp/x', 'free'],
  ['/scratch/ann/x', 'free'],
  ['/ws/project2/a.ts', 'outside'],
  ['/WS/project/a.ts', 'outside'],
  ['/etc/hosts', 'outside'],
  ['/', 'outside'],
  ['/ws/project/.git/hooks/pre-commit', 'protected'],
  ['/ws/project/vendor/lib/.git/config', 'protected'],
  ['/ws/project/.GIT/config', 'protected'],
  ['/ws/project/.git./config', 'protected'],
  ['/ws/project/.git /config', 'protected'],
  ['/ws/project/git~1/config', 'protected'],
  ['/ws/project/.g\u200cit/config', 'protected'],
  ['/ws/project/.git::$INDEX_ALLOCATION/config', 'protected'],
  ['/ws/project/.v\u017fcode/tasks.json', 'protected'],
  ['/ws/project/VSCODE~1/tasks.json', 'protected'],
  ['/ws/project/sub/.vscode/tasks.json', 'protected'],
  ['/ws/project/.bowline/config.toml', 'protected'],
  ['/ws/project/.mcp.json', 'protected'],
  ['/ws/project/.MCP.json', 'protected'],
  ['/ws/project/.bowlineignore', 'protected'],
  ['/tmp/x/.git/config', 'protected'],
  ['/ws/project/.github/workflows/ci.yml', 'free'],
  ['/ws/project/.gitignore', 'free'],
  ['/ws/project/state/rules/default.rules', 'bowlineHome'],
  ['/ws/project/STATE/config.toml', 'bowlineHome'],
  ['/home/ann/.bowline/config.toml', 'bowlineHome'],
  ['/ws/project/state/auth.json', 'credentials'],
  ['/home/ann/.ssh/authorized_keys', 'credentials'],
  ['/ws/project/.env', 'kept'],
  ['/ws/project/.env.example', 'free'],
];

describe('path policy', () => {
  for (const [path, expected] of WRITES)
    it(`writing ${JSON.stringify(path)}: ${expected}`, () => assert.equal(place(path), expected));

  it('leaves the temporary folders out where the policy says so', () => {
    const sandbox: SandboxPolicy = { ...WORKSPACE_WRITE, excludeSlashTmp: true, excludeTmpdirEnvVar: true };
    assert.equal(place('/tmp/x', sandbox), 'outside');
    assert.equal(place('/scratch/ann/x', sandbox), 'outside');
    assert.equal(place('/tmp/x', { type: 'dangerFullAccess' }), 'outside');
  });

  it('does not open what is hidden in a home to a workspace that is the home or holds it', () => {
    for (const cwd of ['/home/ann', '/home/', '/']) {
      const inHome = (path: string) => placeOfWrite(path, { sandbox: WORKSPACE_WRITE, cwd, places: PLACES }).type;
      for (const path of ['/home/ann/.bashrc', '/home/ann/.config/fish/config.fish'])
        assert.equal(inHome(path), 'outside');
      for (const path of ['/home/ann/a.ts', '/home/ann/code/.gitignore', '/home/ann'])
        assert.equal(inHome(path), 'free');
    }
    const below = { sandbox: WORKSPACE_WRITE, cwd: '/home/ann/.config/nvim', places: PLACES };
    assert.equal(placeOfWrite('/home/ann/.config/nvim/init.lua', below).type, 'free');
  });

  it('says in words why writing asks, and nothing where it need not', () => {
    const bounds = { sandbox: WORKSPACE_WRITE, cwd: '/ws/project', places: PLACES };
    assert.equal(writeProblem('/ws/project/a.ts', bounds), null);
    assert.match(writeProblem('/etc/hosts', bounds) ?? '', /outside of the workspace: \/etc\/hosts/);
    assert.match(writeProblem('/ws/project/.git/config', bounds) ?? '', /protected place \(\.git\)/);
  });

  it('does not take a workspace for protected that itself lies below such a name', () => {
    const bounds = { sandbox: WORKSPACE_WRITE, cwd: '/ws/.vscode/ext', places: PLACES };
    assert.equal(placeOfWrite('/ws/.vscode/ext/a.ts', bounds).type, 'free');
  });

  const credentials = [
    '/home/ann/.ssh/id_ed25519',
    '/home/ann/.SSH/config',
    '/data/ann/.aws/credentials',
    '/home/ann/.config/gcloud/x',
    '/home/ann/.config/gh/hosts.yml',
    '/home/ann/.docker/config.json',
    '/home/ann/.mozilla/firefox/x/logins.json',
    '/home/ann/.config/google-chrome/Default/Cookies',
    '/home/ann/Library/Keychains/login.keychain-db',
    '/etc/shadow',
    '/etc/ssh/ssh_host_rsa_key',
    '/proc/1234/environ',
    '/proc/1234/task/1234/environ',
    '/home/ann/.codex/auth.json',
  ];
  for (const path of credentials)
    it(`reading ${path}: credentials`, () => assert.equal(placeOfRead(path, PLACES).type, 'credentials'));

  const free = [
    '/home/ann/.sshx/a',
    '/home/ann/.config/ghost',
    '/home/bob/.ssh/config',
    '/etc/passwd',
    '/proc/cpuinfo',
  ];
  for (const path of free) it(`reading ${path}: no store`, () => assert.equal(credentialStoreOf(path, PLACES), null));

  it('gives its own key to nobody', () => {
    assert.equal(placeOfRead('/home/ann/.bowline/auth.json', PLACES).type, 'private');
    assert.equal(placeOfRead('/ws/project/STATE/Auth.json', PLACES).type, 'private');
  });

  it('keeps files by their name', () => {
    assert.equal(placeOfRead('/ws/project/.env', PLACES).type, 'kept');
    assert.equal(placeOfRead('/ws/project/a.ts', PLACES).type, 'free');
  });

  it('lists the stores for the sandbox, absolute, in every home', () => {
    const paths = credentialPaths(PLACES);
    for (const path of ['/home/ann/.ssh', '/data/ann/.ssh', '/etc/shadow', '/home/ann/.bowline/auth.json'])
      assert.ok(paths.includes(path), path);
    assert.ok(paths.every((path) => path.startsWith('/')));
  });

  it('tells names below a folder from names that only begin like it', () => {
    assert.equal(isWithin('/a/b', '/a'), true);
    assert.equal(isWithin('/ab', '/a'), false);
    assert.equal(isWithin('/a', ''), false);
    assert.equal(isWithin('C:\\ws\\a', 'C:\\ws'), true);
    assert.equal(isWithinAnySpelling('c:\\WS\\a', 'C:\\ws'), true);
    assert.equal(isWithinAnySpelling('/A/b', '/a'), true);
    assert.equal(protectedNameIn('/src/git/a'), null);
  });
});
