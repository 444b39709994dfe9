// Who may open a WebSocket: tokens and signatures, refused with 401 before the upgrade, by both forms of the program.
import { equal, match, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, type JWTPayload } from 'jose';
import { PROGRAMS, runProgram, startSocketServer, type SocketServer } from '../support/socketServer.ts';

const TOKEN = 'a-capability-of-some-length';
const SECRET = '0123456789abcdef0123456789abcdef';

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

for (const program of PROGRAMS) {
  describe(`${program.name} asks who opens a WebSocket`, function () {
    this.timeout(60_000);
    let home: string;
    let server: SocketServer | null;

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'bowline-auth-'));
      server = null;
      writeFileSync(join(home, 'token'), `${TOKEN}\n`);
      writeFileSync(join(home, 'secret'), `${SECRET}\n`);
    });
    afterEach(() => {
      server?.process.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    });

    async function start(...args: string[]): Promise<SocketServer> {
      // no loopback address: with authentication that is allowed
      server = await startSocketServer(program, { home, args: ['--listen', 'ws://0.0.0.0:0', ...args] });
      return server;
    }

    for (const [how, flags] of [
      ['a file', (folder: string) => ['--ws-token-file', join(folder, 'token')]],
      ['its SHA-256', () => ['--ws-token-sha256', createHash('sha256').update(TOKEN).digest('hex').toUpperCase()]],
    ] as const) {
      it(`a capability token, given by ${how}`, async () => {
        const { open } = await start('--ws-auth', 'capability-token', ...flags(home));
        equal((await open(bearer(TOKEN))).readyState, 1);
        equal((await open({ authorization: `bearer ${TOKEN}` })).readyState, 1);
        await rejects(open(), /^Error: 401 missing websocket bearer token$/);
        await rejects(open({ authorization: `Basic ${TOKEN}` }), /^Error: 401 invalid authorization header$/);
        for (const wrong of [`${TOKEN}x`, TOKEN.slice(1), 'x', createHash('sha256').update(TOKEN).digest('hex')])
          await rejects(open(bearer(wrong)), /^Error: 401 invalid websocket bearer token$/);
        await rejects(open({ ...bearer(TOKEN), origin: 'http://a' }), /^Error: 403 /, 'web pages never');
      });
    }

    it('a bearer token that is signed with the shared secret', async () => {
      const { open } = await start(
        '--ws-auth',
        'signed-bearer-token',
        '--ws-shared-secret-file',
        join(home, 'secret'),
        '--ws-issuer',
        'us',
        '--ws-audience',
        'bowline',
      );
      const now = Math.floor(Date.now() / 1000);
      const good = { iss: 'us', aud: 'bowline', exp: now + 100 };
      const signed = (claims: JWTPayload, secret = SECRET, alg = 'HS256'): Promise<string> =>
        new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
      const tryWith = async (token: string): Promise<string> =>
        await open(bearer(token)).then(
          () => 'welcome',
          (error: Error) => error.message,
        );
      const unsigned = [{ alg: 'none' }, good].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
      const cases: readonly (readonly [claims: JWTPayload, answer: string])[] = [
        [good, 'welcome'],
        [{ ...good, aud: ['other', 'bowline'] }, 'welcome'],
        [{ ...good, exp: now - 10 }, 'welcome'],
        [{ ...good, nbf: now + 10 }, 'welcome'],
        [{ ...good, exp: now - 60 }, '401 expired websocket jwt'],
        [{ ...good, nbf: now + 90 }, '401 websocket jwt is not valid yet'],
        [{ ...good, iss: 'them' }, '401 websocket jwt issuer mismatch'],
        [{ aud: 'bowline', exp: now + 100 }, '401 websocket jwt issuer mismatch'],
        [{ ...good, aud: 'other' }, '401 websocket jwt audience mismatch'],
        [{ iss: 'us', aud: 'bowline' }, '401 invalid websocket jwt'],
      ];
      for (const [claims, answer] of cases) equal(await tryWith(await signed(claims)), answer, JSON.stringify(claims));
      equal(await tryWith(await signed(good, `${SECRET}x`)), '401 invalid websocket jwt');
      equal(await tryWith(await signed(good, SECRET.repeat(2), 'HS512')), '401 invalid websocket jwt');
      equal(await tryWith(`${unsigned.join('.')}.`), '401 invalid websocket jwt');
      equal(await tryWith('garbage'), '401 invalid websocket jwt');
    });

    it('what it would check with must be there', async () => {
      writeFileSync(join(home, 'short'), 'too short');
      writeFileSync(join(home, 'empty'), '\n');
      for (const [args, said] of [
        [['capability-token', '--ws-token-file', join(home, 'none')], /--ws-token-file cannot be read: .*ENOENT/],
        [['capability-token', '--ws-token-file', join(home, 'empty')], /--ws-token-file is empty/],
        [['signed-bearer-token', '--ws-shared-secret-file', join(home, 'short')], /too short: .*32 bytes/],
      ] as const) {
        const listen = ['app-server', '--listen', 'ws://127.0.0.1:0', '--ws-auth', ...args];
        const { code, stderr } = await runProgram(program, { home, args: listen });
        equal(code, 69);
        match(stderr, said);
      }
    });
  });
}
