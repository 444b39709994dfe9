// The pure parts around the server's process: which program, which environment, which log level, when to start again.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { ERROR_CODES, ProtocolError } from '../../../server/protocol/errors.ts';
import { serverCommands, type ServerPlaces } from '../../../src/agentServer/binaryPath.ts';
import { serverEnvironment } from '../../../src/agentServer/environment.ts';
import { RequestGate } from '../../../src/agentServer/requestGate.ts';
import { afterCrash, CRASH_WINDOW_MS } from '../../../src/agentServer/restartPolicy.ts';
import { readStderrLine } from '../../../src/agentServer/stderrLine.ts';
import { traceLine } from '../../../src/agentServer/wireTrace.ts';

const PLACES: ServerPlaces = {
  settingPath: '',
  extensionPath: '/x',
  execPath: '/node',
  platform: 'linux',
  isFile: () => true,
};

describe('server commands', () => {
  it('try the bundled program, then the script in this runtime', () => {
    deepEqual(
      serverCommands(PLACES).map(({ source, command, args, env }) => [source, command, args.join(' '), env]),
      [
        ['binary', '/x/dist/bin/bowline', 'app-server', {}],
        ['bundle', '/node', '/x/dist/server/bowline.mjs app-server', { ELECTRON_RUN_AS_NODE: '1' }],
      ],
    );
  });

  it('take the user’s program alone, a script by this runtime', () => {
    deepEqual(
      serverCommands({ ...PLACES, settingPath: ' /my/server ' }).map(({ command }) => command),
      ['/my/server'],
    );
    deepEqual(serverCommands({ ...PLACES, settingPath: '/my/server.mjs' })[0]?.args, ['/my/server.mjs', 'app-server']);
  });

  it('leave out what was not shipped', () => {
    deepEqual(
      serverCommands({ ...PLACES, isFile: (path) => path.endsWith('.mjs') }).map(({ source }) => source),
      ['bundle'],
    );
    deepEqual(serverCommands({ ...PLACES, isFile: () => false }), []);
    equal(serverCommands({ ...PLACES, platform: 'win32' })[0]?.command.endsWith('bowline.exe'), true);
  });
});

describe('server environment', () => {
  it('is the user’s own', () => {
    const env = { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1', VSCODE_IPC_HOOK: 'x', HOME: '/h' };
    deepEqual(serverEnvironment(env, { A: '1' }), { PATH: '/bin', HOME: '/h', A: '1' });
  });
});

describe('restart policy', () => {
  it('restarts later and later, and stops at the fifth crash within three minutes', () => {
    let crashes: readonly number[] = [];
    const seen = [0, 1, 2, 3, 4].map((at) => {
      const decision = afterCrash(crashes, at);
      crashes = decision.crashes;
      return decision.type === 'restart' ? decision.delayMs : 'stop';
    });
    deepEqual(seen, [100, 200, 400, 800, 'stop']);
  });

  it('forgets crashes that are long ago', () => {
    const decision = afterCrash([0, 1, 2, 3], CRASH_WINDOW_MS + 10);
    deepEqual(decision, { type: 'restart', delayMs: 100, crashes: [CRASH_WINDOW_MS + 10] });
  });
});

describe('lines of standard error', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['2026-11-22T10:00:00.123Z  WARN it is late', 'warn', 'it is late'],
    ['\u001b[2m2026-11-22T10:00:00Z\u001b[0m \u001b[31mERROR\u001b[0m a::b: broken', 'error', 'a::b: broken'],
    ['[debug] fine', 'debug', 'fine'],
    ['just words', 'info', 'just words'],
    ['warning: old', 'warn', 'old'],
  ];
  for (const [line, level, text] of cases) {
    it(`reads ${level} from ${JSON.stringify(line)}`, () => deepEqual(readStderrLine(line), { level, text }));
  }
});

describe('wire trace', () => {
  it('shows no secret, whatever member it is in', () => {
    const login = { id: 1, method: 'account/login/start', params: { type: 'apiKey', apiKey: 'top-secret' } };
    const message = { id: 2, error: { code: 1, message: 'bad key sk-abcdefghijkl' } };
    ok(!traceLine(login, 'verbose').includes('top-secret'));
    ok(!traceLine(message, 'verbose').includes('abcdefghijkl'));
    ok(!traceLine(message, 'messages').includes('abcdefghijkl'));
  });

  it('keeps counts of tokens', () => {
    ok(
      traceLine({ method: 'x', params: { totalTokens: 12, modelContextWindow: 3 } }, 'verbose').includes(
        '"totalTokens":12',
      ),
    );
  });

  it('names messages in short', () => {
    equal(traceLine({ id: 1, method: 'thread/list' }, 'messages'), 'request thread/list #1');
    equal(traceLine({ method: 'turn/started' }, 'messages'), 'turn/started');
    equal(traceLine({ id: 1, result: {} }, 'messages'), 'result #1');
  });
});

describe('request gate', () => {
  const overloaded = () => Promise.reject(new ProtocolError(ERROR_CODES.overloaded, 'later'));

  it('lets a bounded number through at a time, in order', async () => {
    const gate = new RequestGate(() => Promise.resolve());
    const open: (() => void)[] = [];
    const started: number[] = [];
    const sent = Array.from({ length: 70 }, (_, index) =>
      gate.pass(() => {
        started.push(index);
        return new Promise<void>((resolve) => void open.push(resolve));
      }),
    );
    equal(started.length, 64);
    while (open.length > 0) {
      open.shift()?.();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await Promise.all(sent);
    deepEqual(
      started,
      Array.from({ length: 70 }, (_, index) => index),
    );
  });

  it('repeats what an overloaded server did not take, later and later, and not for ever', async () => {
    const delays: number[] = [];
    const gate = new RequestGate((delayMs) => Promise.resolve(void delays.push(delayMs)));
    await rejects(gate.pass(overloaded), /later/);
    deepEqual(delays, [50, 100, 200, 400, 800, 1600]);
  });

  it('does not repeat any other refusal', async () => {
    let sent = 0;
    const gate = new RequestGate(() => Promise.resolve());
    await rejects(
      gate.pass(() => {
        sent += 1;
        return Promise.reject(new ProtocolError('invalidParams', 'no'));
      }),
    );
    equal(sent, 1);
  });
});
