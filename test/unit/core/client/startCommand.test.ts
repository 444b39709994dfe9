// What a client starts: contained as the policy says or not at all, and with which environment.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { RuleDecision } from '../../../../server/protocol/schema/safety.ts';
import type { SandboxPolicy } from '../../../../server/protocol/schema/common.ts';
import type { ProcessRequest, RunningProcess } from '../../../../server/core/client/process.ts';
import { planCommand, planProcess } from '../../../../server/core/client/processPlan.ts';
import { createClientCommands, type ClientCommand } from '../../../../server/core/client/startCommand.ts';
import { resolveSettings, type SettingsRequest } from '../../../../server/core/config/resolveSettings.ts';
import type { SandboxState } from '../../../../server/core/ports.ts';
import { isProtocolError } from '../../../../server/protocol/errors.ts';
import { SandboxDouble } from '../../../support/sandboxDouble.ts';

const NOT_ASKED = { type: 'configured' } as const;
const PLAIN = planCommand({
  command: ['tool', 'argument'],
  tty: false,
  streamStdin: false,
  streamStdoutStderr: false,
  disableOutputCap: false,
  disableTimeout: false,
});
const TERMINAL = planProcess({
  command: ['tool'],
  processHandle: 'p',
  cwd: '/work',
  tty: true,
  streamStdin: false,
  streamStdoutStderr: false,
});

/** A world in which a workspace is writable unless something else is asked for, and everything that is started ends at once. */
function world(config: Record<string, unknown> = { sandbox_mode: 'workspace-write' }) {
  const started: ProcessRequest[] = [];
  const sandbox = new SandboxDouble();
  const hosts: Record<string, RuleDecision> = { 'bad.example': 'forbidden', 'unsure.example': 'prompt' };
  let problem: string | null = null;
  const deps = {
    configuration: {
      resolve: (request: SettingsRequest) =>
        Promise.resolve(
          resolveSettings(config as never, request, {
            cwd: request.cwd ?? '/',
            isTrusted: false,
            hasOpenaiKey: false,
            defaultModel: null,
          }),
        ),
    },
    environment: {
      shell: () => ({ path: '/bin/sh', argv: (script: string) => ['sh', '-c', script] }),
      variables: () => Promise.resolve({ PATH: '/bin', NO_COLOR: '1', TERM: 'dumb', MY_SECRET: 'inherited' }),
    },
    sandbox,
    rules: {
      rules: () =>
        Promise.resolve({
          match: () => null,
          host: (host: string) => {
            const decision = hosts[host];
            return decision === undefined ? null : { decision, justification: null, pattern: [host] };
          },
        }),
    },
    runner: {
      problemOf: () => problem,
      startProcess(request: ProcessRequest) {
        started.push(request);
        const exited = Promise.resolve({ how: { type: 'exited', exitCode: 0 }, isOutputComplete: true });
        return { exited } as unknown as RunningProcess;
      },
    },
    log: { debug: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const commands = createClientCommands(deps);
  return {
    started,
    sandbox,
    start: (command: Partial<ClientCommand>) =>
      commands.start({ plan: PLAIN, cwd: '/work', env: {}, bounds: NOT_ASKED, ...command }),
    setUnavailable(state: SandboxState) {
      sandbox.probe = () => Promise.resolve(state);
    },
    setProblem(words: string) {
      problem = words;
    },
  };
}

const isOfKind = (kind: string) => (error: unknown) => isProtocolError(error) && error.kind === kind;
const asked = (policy: SandboxPolicy) => ({ bounds: { type: 'policy', policy } as const });

describe('createClientCommands', () => {
  it('contains a command as configured, and gives the sandbox back at its end', async () => {
    const { start, started, sandbox } = world();
    await (
      await start({})
    ).exited;
    equal(sandbox.wrapped[0]?.policy.type, 'workspaceWrite');
    deepEqual([sandbox.wrapped[0]?.cwd, sandbox.wrapped[0]?.workspace], ['/work', '/work']);
    equal(started[0]?.env['CONTAINED'], '1');
    await Promise.resolve();
    equal(sandbox.open.size, 0);
  });

  it('starts nothing where it cannot be contained', async () => {
    const unavailable = { type: 'unavailable', reason: 'No walls.', remedy: 'Build some.', isRoot: false } as const;
    for (const command of [{}, asked({ type: 'readOnly', networkAccess: false })]) {
      const { start, started, setUnavailable } = world();
      setUnavailable(unavailable);
      await rejects(start(command), (error) => {
        match(String(error), /was not run: No walls\. Build some\./);
        return isOfKind('sandboxUnavailable')(error);
      });
      equal(started.length, 0);
    }
    const { start, started, sandbox } = world();
    sandbox.failure = 'It fell over.';
    await rejects(start({}), isOfKind('sandboxUnavailable'));
    equal(started.length, 0);
  });

  const uncontained: readonly (readonly [what: string, command: Partial<ClientCommand>])[] = [
    ['full access', asked({ type: 'dangerFullAccess' })],
    ['a sandbox of its own', asked({ type: 'externalSandbox', networkAccess: 'enabled' })],
    ['the profile of full access', { bounds: { type: 'profile', name: ':danger-full-access' } }],
    ['a process as it is', { bounds: { type: 'none' } }],
  ];
  for (const [what, command] of uncontained) {
    it(`contains nothing when it is asked for ${what}`, async () => {
      const { start, started, sandbox } = world();
      await start(command);
      deepEqual([started.length, sandbox.wrapped.length], [1, 0]);
    });
  }

  it('knows the profiles by name, and no others', async () => {
    const { start, sandbox } = world({ sandbox_mode: 'danger-full-access' });
    await start({ bounds: { type: 'profile', name: ':read-only' } });
    await start({ bounds: { type: 'profile', name: ':workspace' } });
    deepEqual(
      sandbox.wrapped.map(({ policy }) => policy.type),
      ['readOnly', 'workspaceWrite'],
    );
    for (const name of [':none', 'toString'])
      await rejects(start({ bounds: { type: 'profile', name } }), /unknown permission profile/);
  });

  it('contains nothing, and starts nothing, that cannot be started', async () => {
    const { start, started, sandbox, setProblem } = world();
    setProblem('There is no tool.');
    await rejects(start({}), /failed to spawn command: There is no tool\./);
    await rejects(start({ plan: TERMINAL, bounds: { type: 'none' } }), /failed to spawn process: /);
    deepEqual([started.length, sandbox.wrapped.length], [0, 0]);
  });

  it('keeps credentials out of the sandbox, except what the client gives it', async () => {
    const { start, sandbox } = world();
    await start({ env: { MY_TOKEN: 'given', PATH: null } });
    deepEqual(sandbox.wrapped[0]?.env, { NO_COLOR: '1', TERM: 'dumb', MY_TOKEN: 'given' });
  });

  it('gives what is seen in a terminal its colours', async () => {
    const { start, started } = world();
    await start({ plan: TERMINAL, bounds: { type: 'none' } });
    const { TERM, NO_COLOR, COLORTERM } = started[0]?.env ?? {};
    deepEqual([TERM, NO_COLOR, COLORTERM], ['xterm-256color', undefined, 'truecolor']);
    deepEqual(started[0]?.terminal, { rows: 24, cols: 80 });
  });

  it('opens the network only where the policy does, and then not to what a rule forbids', async () => {
    const { start, sandbox } = world();
    await start(asked({ type: 'readOnly', networkAccess: false }));
    await start(asked({ type: 'readOnly', networkAccess: true }));
    equal(sandbox.wrapped[0]?.network, null);
    const reach = sandbox.wrapped[1]?.network ?? null;
    ok(reach !== null);
    const target = (host: string) => ({ host, port: 443, protocol: 'https' }) as const;
    const reached = await Promise.all(
      ['bad.example', 'unsure.example', 'any.example'].map((host) => reach(target(host))),
    );
    deepEqual(reached, [false, true, true]);
  });
});
