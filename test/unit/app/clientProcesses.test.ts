// The processes of one connection: a client that reads slowly makes them wait, and one that goes away ends them.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { ClientProcesses, type OutputPiece } from '../../../server/app/clientProcesses.ts';
import { Connection } from '../../../server/app/connection.ts';
import type { OutputStream, ProcessExit, RunningProcess } from '../../../server/core/client/process.ts';
import { planProcess } from '../../../server/core/client/processPlan.ts';
import { ProcessSpawnParams } from '../../../server/protocol/schema/command.ts';
import type { RawPeer } from '../../../server/rpc/rawPeer.ts';

const WORDS = { method: 'start', writeMethod: 'write', duplicate: 'twice', missing: 'no', noInput: 'deaf' };
const LOG = { debug: () => undefined, warn: () => undefined, error: () => undefined };

class FakeProcess {
  readonly calls: string[] = [];
  readonly pid = 1;
  readonly isTerminal = false;
  inputBacklogBytes = 0;
  readonly #end = Promise.withResolvers<ProcessExit>();
  readonly exited = this.#end.promise;
  say: (bytes: Uint8Array, stream: OutputStream) => void = () => undefined;

  readonly onOutput: RunningProcess['onOutput'] = (listener) => {
    this.say = listener;
  };
  readonly write = (): void => void this.calls.push('write');
  readonly closeStdin = (): void => void this.calls.push('closeStdin');
  readonly resize = (): boolean => false;
  readonly pause = (): void => void this.calls.push('pause');
  readonly resume = (): void => void this.calls.push('resume');
  readonly kill = (): Promise<void> => {
    this.calls.push('kill');
    this.end(143);
    return Promise.resolve();
  };

  end(exitCode: number): void {
    this.#end.resolve({ how: { type: 'exited', exitCode }, isOutputComplete: true });
  }
}

function stage() {
  let drained: () => void = () => undefined;
  const peer = { backlogBytes: 0, whenDrained: (listener: () => void) => (drained = listener) };
  const connection = new Connection(() => peer as unknown as RawPeer);
  const processes = new ClientProcesses(connection, WORDS, LOG);
  const told: OutputPiece[] = [];
  const start = (process: FakeProcess, params: object = {}) =>
    processes.start(
      planProcess(ProcessSpawnParams().parse({ command: ['x'], processHandle: 'p', cwd: '/', ...params })),
      () => Promise.resolve(process),
      (piece) => void told.push(piece),
    );
  return { connection, peer, processes, start, told, drain: () => drained() };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the processes of a client', () => {
  it('wait while their client does not read, and lose nothing', async () => {
    const { peer, start, told, drain } = stage();
    const process = new FakeProcess();
    await start(process, { streamStdoutStderr: true });
    process.say(bytes('one'), 'stdout');
    deepEqual(process.calls, []);
    peer.backlogBytes = 8 * 1024 * 1024;
    process.say(bytes('two'), 'stdout');
    process.say(bytes('three'), 'stderr');
    deepEqual(process.calls, ['pause']);
    drain();
    process.say(bytes('four'), 'stdout');
    deepEqual(process.calls, ['pause', 'resume', 'pause']);
    deepEqual(
      told.map(({ deltaBase64 }) => Buffer.from(deltaBase64, 'base64').toString()),
      ['one', 'two', 'three', 'four'],
    );
  });

  it('end when their client goes, and one that is just being started too', async () => {
    const { connection, processes, start } = stage();
    const [running, late] = [new FakeProcess(), new FakeProcess()];
    const { ended } = await start(running);
    const gate = Promise.withResolvers<RunningProcess>();
    const plan = planProcess(ProcessSpawnParams().parse({ command: ['x'], processHandle: 'late', cwd: '/' }));
    const starting = processes.start(
      plan,
      () => gate.promise,
      () => undefined,
    );
    connection.close();
    gate.resolve(late);
    equal((await ended).exitCode, 143);
    equal((await (await starting).ended).exitCode, 143);
    deepEqual([running.calls, late.calls], [['kill'], ['kill']]);
  });

  it('are known by their names until they end', async () => {
    const { processes, start } = stage();
    const process = new FakeProcess();
    const { ended } = await start(process, { streamStdin: true });
    await rejects(start(new FakeProcess()), /twice: "p"/);
    await processes.write('p', { deltaBase64: 'YQ==', closeStdin: true });
    deepEqual(process.calls, ['write', 'closeStdin']);
    process.inputBacklogBytes = 32 * 1024 * 1024;
    await rejects(processes.write('p', { deltaBase64: 'YQ==', closeStdin: false }), /does not read its input/);
    process.end(0);
    await ended;
    await rejects(processes.write('p', { deltaBase64: 'YQ==', closeStdin: false }), /no "p"/);
    await start(new FakeProcess());
  });

  it('leave no name behind when they cannot be started', async () => {
    const { processes, start } = stage();
    const plan = planProcess(ProcessSpawnParams().parse({ command: ['x'], processHandle: 'p', cwd: '/' }));
    const failing = processes.start(
      plan,
      () => Promise.reject(new Error('not here')),
      () => undefined,
    );
    await rejects(failing, /not here/);
    await start(new FakeProcess());
  });
});
