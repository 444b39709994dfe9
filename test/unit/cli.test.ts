// The command line: what it understands, and what it says to the rest.
import assert from 'node:assert/strict';
import { parseCommandLine } from '../../server/cli.ts';

describe('the command line', () => {
  const parse = (...args: string[]): ReturnType<typeof parseCommandLine> => parseCommandLine(args, '1.2.3');

  const SERVED = { type: 'appServer', overrides: [], listen: { type: 'stdio' }, auth: null } as const;

  it('serves on the standard streams, with overrides of the configuration', () => {
    assert.deepEqual(parse('app-server'), SERVED);
    assert.deepEqual(parse('app-server', '--stdio', '--analytics-default-enabled'), SERVED);
    assert.deepEqual(parse('-c', 'a.b=1', 'app-server', '--config=c=d', '--enable', 'x', '--disable', 'y'), {
      ...SERVED,
      overrides: ['a.b=1', 'c=d', 'features.x=true', 'features.y=false'],
    });
  });

  for (const [url, listen] of [
    ['stdio://', { type: 'stdio' }],
    ['off', { type: 'off' }],
    ['unix://', { type: 'unix', path: null }],
    ['unix:///run/b.sock', { type: 'unix', path: '/run/b.sock' }],
    ['unix://b.sock', { type: 'unix', path: 'b.sock' }],
    ['ws://127.0.0.1:4500', { type: 'webSocket', host: '127.0.0.1', port: 4500 }],
    ['ws://[::1]:0/', { type: 'webSocket', host: '::1', port: 0 }],
  ] as const) {
    it(`listens on ${url}`, () => assert.deepEqual(parse('app-server', '--listen', url), { ...SERVED, listen }));
  }

  const listening = (...args: string[]): ReturnType<typeof parse> =>
    parse('app-server', '--listen', 'ws://10.0.0.1:1', ...args);

  it('asks who opens a WebSocket', () => {
    const hash = 'a'.repeat(64);
    for (const [args, auth] of [
      [['capability-token', '--ws-token-file', 'f'], { type: 'capabilityToken', token: { file: 'f' } }],
      [['capability-token', '--ws-token-sha256', hash], { type: 'capabilityToken', token: { sha256: hash } }],
      [
        ['signed-bearer-token', '--ws-shared-secret-file', 's'],
        { type: 'signedBearerToken', secretFile: 's', issuer: null, audience: null, maxClockSkewSeconds: 30 },
      ],
      [
        [
          'signed-bearer-token',
          '--ws-shared-secret-file=s',
          '--ws-issuer=i',
          '--ws-audience=a',
          '--ws-max-clock-skew-seconds=5',
        ],
        { type: 'signedBearerToken', secretFile: 's', issuer: 'i', audience: 'a', maxClockSkewSeconds: 5 },
      ],
    ] as const) {
      const command = listening('--ws-auth', ...args);
      assert.ok(command.type === 'appServer');
      assert.deepEqual(command.auth, auth);
    }
  });

  for (const [args, said] of [
    [['--ws-auth', 'password'], /^Unknown --ws-auth password/],
    [['--ws-auth', 'capability-token'], /needs either --ws-token-file or --ws-token-sha256/],
    [
      ['--ws-auth', 'capability-token', '--ws-token-file', 'f', '--ws-token-sha256', 'a'.repeat(64)],
      /needs either --ws-token-file or --ws-token-sha256/,
    ],
    [['--ws-auth', 'capability-token', '--ws-token-sha256', 'abc'], /64 hexadecimal digits/],
    [['--ws-auth', 'capability-token', '--ws-token-file', 'f', '--ws-issuer', 'i'], /^--ws-issuer goes with/],
    [['--ws-auth', 'signed-bearer-token'], /needs --ws-shared-secret-file/],
    [['--ws-auth', 'signed-bearer-token', '--ws-token-file', 'f'], /^--ws-token-file goes with/],
    [
      ['--ws-auth', 'signed-bearer-token', '--ws-shared-secret-file', 's', '--ws-max-clock-skew-seconds', '-1'],
      /skew-seconds/,
    ],
    [['--ws-token-file', 'f'], /^--ws-token-file goes with/],
    [['--stdio'], /^Say --stdio or --listen/],
  ] as const) {
    it(`does not let in with "${args.join(' ')}"`, () => {
      const command = listening(...args);
      assert.ok(command.type === 'refuse');
      assert.match(command.text, said);
    });
  }

  it('writes the protocol', () => {
    assert.deepEqual(parse('app-server', 'generate-ts', '--out', 'd'), {
      type: 'generate',
      format: 'typeScript',
      out: 'd',
      experimental: false,
    });
    assert.deepEqual(parse('app-server', 'generate-json-schema', '-o', 'd', '--experimental'), {
      type: 'generate',
      format: 'jsonSchema',
      out: 'd',
      experimental: true,
    });
    for (const args of [['generate-ts'], ['--out', 'd'], ['generate-ts', 'more', '--out', 'd']])
      assert.equal(parse('app-server', ...args).type, 'refuse');
    for (const name of ['generate-ts', 'generate-json-schema']) {
      const help = parse('app-server', name, '--help');
      assert.ok(help.type === 'print');
      assert.match(help.text, new RegExp(`^bowline app-server ${name}: [^]*--experimental`));
    }
  });

  it('tells all options of each command', () => {
    const help = (...args: string[]): string => {
      const command = parse(...args);
      assert.ok(command.type === 'print');
      return command.text;
    };
    assert.match(help('--help'), /^bowline: /);
    assert.match(help('app-server', '-h'), /^bowline app-server: [^]*--ws-max-clock-skew-seconds/);
    assert.match(help('sandbox', '--help'), /^bowline sandbox: [^]*--network/);
    assert.equal(help('app-server', '--version'), 'bowline 1.2.3\n');
  });

  it('runs a command as the agent would; what follows -- is the commands own', () => {
    const left = { mode: null, network: null, cwd: null };
    assert.deepEqual(parse('sandbox', '--', 'ls', '--mode', '--', '-h'), {
      type: 'sandbox',
      argv: ['ls', '--mode', '--', '-h'],
      ...left,
    });
    assert.deepEqual(parse('sandbox', '--mode', 'read-only', '--network=on', '--cwd', 'a', '--', 'ls'), {
      type: 'sandbox',
      argv: ['ls'],
      mode: 'read-only',
      network: true,
      cwd: 'a',
    });
    assert.deepEqual(parse('sandbox', '--probe'), { type: 'probeSandbox' });
  });

  for (const [args, said] of [
    [[], /^Say what to do/],
    [['serve'], /^Unknown command: serve/],
    [['app-server', 'more'], /^Unknown command: app-server more/],
    [['app-server', '--listen', 'ws://x'], /^Cannot listen on ws:\/\/x/],
    [['app-server', '--listen', 'ws://localhost:80'], /^Cannot listen on .* number of an address/],
    [['app-server', '--listen', 'ws://1.2.3.4:65536'], /^Cannot listen on/],
    [['app-server', '--listen', 'ws://1.2.3:1'], /^Cannot listen on/],
    [['app-server', '--listen', 'http://1.2.3.4:1'], /^Cannot listen on http.*unix:\/\/PATH/],
    [['app-server', '--ws-auth', 'capability-token', '--ws-token-file', 'f'], /^--ws-auth goes with --listen ws/],
    [['app-server', '--nonsense'], /nonsense/],
    [['sandbox'], /^Say what to run/],
    [['sandbox', '--'], /^Say what to run/],
    [['sandbox', 'ls'], /^Put -- before the command/],
    [['sandbox', '--mode', 'all', '--', 'ls'], /^Unknown mode: all/],
    [['sandbox', '--network', 'yes', '--', 'ls'], /^Say --network on or --network off/],
  ] as const) {
    it(`does not understand "${args.join(' ')}", and says why and what there is`, () => {
      const command = parse(...args);
      assert.ok(command.type === 'refuse');
      assert.match(command.text, said);
      assert.match(command.text, /Usage\n {2}bowline /);
    });
  }
});
