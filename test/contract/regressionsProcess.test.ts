// What once went wrong between the server and the process around it.
import { equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import { status } from '../support/modelScript.ts';
import { playTurn, setStage, startThread } from '../support/story.ts';
import { WireClient } from '../support/wireClient.ts';

const MAIN = resolve(import.meta.dirname, '../../server/main.ts');

describe('a server whose log nobody reads any more', () => {
  it('goes on', async function () {
    this.timeout(30_000);
    const stage = await setStage();
    stage.model.otherwise(status(400, 'no'));
    const env = { ...process.env, BOWLINE_HOME: stage.home, BOWLINE_LOG: 'debug' };
    const server = spawn(process.execPath, [MAIN, 'app-server'], { cwd: stage.home, env });
    server.stderr.destroy();
    const exited = once(server, 'exit');
    try {
      const client = new WireClient(jsonlTransport(server.stdout, server.stdin));
      await client.initialize();
      const threadId = await startThread(client, stage);
      // a failed turn is logged
      for (const words of ['one', 'two']) equal((await playTurn(client, threadId, words)).params.turn.status, 'failed');
    } finally {
      server.stdin.end();
      const [code] = await exited;
      await stage.close();
      equal(code, 0);
    }
  });
});
