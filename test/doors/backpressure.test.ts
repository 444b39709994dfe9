// Floods and slow readers at every door of the program: each request is answered, no text is lost, and no memory is given without end.
import { equal, ok } from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { webSocketTransport } from '../../server/doors/webSocketTransport.ts';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import type { Transport } from '../../server/rpc/transport.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { PROGRAMS, startSocketServer, type Program } from '../support/socketServer.ts';
import { setStage, startThread, startTurn, type Stage } from '../support/story.ts';
import { WireClient } from '../support/wireClient.ts';

const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

/** In characters: what a client that keeps up is sent at once. */
const LONGEST_DELTA = 8192;

const DOORS = ['stdio://', 'unix://', 'ws://127.0.0.1:0'] as const;

interface Door {
  readonly process: ChildProcess;
  readonly transport: Transport;
  readonly client: WireClient;
}

async function open(program: Program, listen: (typeof DOORS)[number], home: string): Promise<Door> {
  if (listen === 'stdio://') return await openStdio(program, home);
  const server = await startSocketServer(program, { home, args: ['--listen', listen] });
  const transport = webSocketTransport(await server.open());
  const client = new WireClient(transport);
  await client.initialize();
  return { process: server.process, transport, client };
}

async function openStdio(program: Program, home: string): Promise<Door> {
  const child = spawn(program.path, [...program.first, 'app-server'], { env: { ...process.env, BOWLINE_HOME: home } });
  child.stderr.resume();
  const transport = jsonlTransport(child.stdout, child.stdin);
  const client = new WireClient(transport);
  await client.initialize();
  return { process: child, transport, client };
}

for (const program of PROGRAMS) {
  describe(`${program.name} under load`, function () {
    this.timeout(120_000);
    let stage: Stage;
    let opened: Door[];

    beforeEach(async () => {
      stage = await setStage();
      opened = [];
    });
    afterEach(async () => {
      for (const door of opened) door.process.kill('SIGKILL');
      await stage.close();
    });

    async function openAt(listen: (typeof DOORS)[number]): Promise<Door> {
      const door = await open(program, listen, stage.home);
      opened.push(door);
      return door;
    }

    for (const listen of DOORS) {
      it(`${listen}: every request of a burst of 5,000 is answered, once`, async () => {
        const { client } = await openAt(listen);
        const threadId = await startThread(client, stage);
        const from = client.lines.length;
        const asked = Array.from({ length: 5_000 }, (_, n) =>
          n % 2 === 0 ? client.ask('thread/list', {}) : client.ask('thread/read', { threadId }),
        );
        for (const { result, error } of await Promise.all(asked)) ok(result !== undefined || error?.code === -32001);
        ok((await client.ask('thread/loaded/list', {})).result);
        const answers = client.lines
          .slice(from)
          .filter(({ direction, message }) => direction === '<' && 'id' in message);
        equal(answers.length, 5_001);
      });

      it(`${listen}: who reads slowly gets all of 7 MB of output, in no longer pieces than others`, async () => {
        const count = 1_000_000;
        stage.model.script(answer(command(`seq 1 ${count}`, { yield_time_ms: 30_000 })), answer([text('done')]));
        const { client, transport } = await openAt(listen);
        const threadId = await startThread(client, stage, FULL_ACCESS);
        await startTurn(client, threadId, 'go');
        transport.pause();
        await stage.model.request(1);
        transport.resume();
        await client.turnCompleted(threadId);
        const deltas = client
          .incoming()
          .filter(({ method }) => method === 'item/commandExecution/outputDelta')
          .map(({ params }) => params.delta);
        let expected = '';
        for (let n = 1; n <= count; n += 1) expected += `${n}\n`;
        ok(deltas.join('') === expected, `${deltas.join('').length} of ${expected.length} characters came`);
        ok(deltas.every((delta) => delta.length <= LONGEST_DELTA));
      });
    }
  });
}
