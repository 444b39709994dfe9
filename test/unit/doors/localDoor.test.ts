// The local door lets in who knows its secret, lies in a folder of the user alone, and leaves nothing behind.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, watch } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LocalDoor } from '../../../server/doors/localDoor.ts';
import type { Transport } from '../../../server/rpc/transport.ts';

const onUnix = process.platform === 'win32' ? describe.skip : describe;

onUnix('the local door', () => {
  const homes: string[] = [];
  const doors: LocalDoor[] = [];

  function door(home = join(mkdtempSync(join(tmpdir(), 'bowline-door-')), 'home')): LocalDoor {
    homes.push(home);
    const made = new LocalDoor({ home, warn: () => undefined });
    doors.push(made);
    return made;
  }

  afterEach(async () => {
    for (const made of doors.splice(0)) await made.close();
    for (const home of homes.splice(0)) rmSync(dirname(home), { recursive: true, force: true });
  });

  /** Echoes what arrives. */
  async function echo(transport: Transport): Promise<void> {
    const end = Promise.withResolvers<void>();
    transport.listen({ message: (message) => transport.send(message), fault: () => undefined, closed: end.resolve });
    await end.promise;
  }

  it('is opened once, in a folder and as a socket of the user alone', () => {
    const made = door();
    const opened = made.open(echo);
    ok(opened !== null);
    equal(made.open(echo), opened);
    deepEqual([statSync(dirname(opened.address)).mode & 0o777, statSync(opened.address).mode & 0o777], [0o700, 0o600]);
  });

  it('carries messages for who knows the secret, what was sent before its end included', async () => {
    const [here, there] = [door().open(echo), door()];
    const reached = await there.reach(here);
    ok(reached.type === 'connected');
    const heard: unknown[] = [];
    const two = Promise.withResolvers<void>();
    reached.transport.listen({
      message: (message) => void (heard.push(message) === 2 && two.resolve()),
      fault: () => undefined,
      closed: () => undefined,
    });
    reached.transport.send({ method: 'one' });
    reached.transport.send({ method: 'two', params: { text: 'x'.repeat(200_000) } });
    await two.promise;
    equal(heard.length, 2);
  });

  for (const said of ['wrong\n', `${'0'.repeat(64)}\n`, 'x'.repeat(1000)]) {
    it(`cuts off who says ${said.slice(0, 10).trim()}`, async () => {
      let served = 0;
      const here = door().open(async () => void (served += 1));
      ok(here !== null);
      const socket = connect({ path: here.address });
      socket.resume();
      socket.on('error', () => undefined);
      socket.write(said);
      await once(socket, 'close');
      equal(served, 0);
    });
  }

  it('lies elsewhere when the path of the home is too long for a socket', () => {
    const long = join(mkdtempSync(join(tmpdir(), 'bowline-door-')), 'h'.repeat(120));
    const opened = door(long).open(echo);
    ok(opened !== null && !opened.address.startsWith(long));
    equal(statSync(dirname(opened.address)).mode & 0o777, 0o700);
  });

  it('is gone when it is closed, and so are those inside', async () => {
    const made = door();
    const opened = made.open(echo);
    const reached = await door().reach(opened);
    ok(opened !== null && reached.type === 'connected');
    const closed = new Promise<void>((resolve) =>
      reached.transport.listen({ message: () => undefined, fault: () => undefined, closed: resolve }),
    );
    await made.close();
    await closed;
    equal(existsSync(opened.address), false);
    equal((await door().reach(opened)).type, 'closed');
  });

  it('removes what a killed process left, and nothing that is listened at', async () => {
    const first = door();
    const here = first.open(echo);
    ok(here !== null);
    const home = homes.at(-1)!;
    const left = join(home, 'run', '2147483646-left.sock');
    const living = join(home, 'run', '2147483646-living.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    const server = createServer().listen(living);
    await once(server, 'listening');
    ok(existsSync(left));
    const gone = new Promise<void>((resolve) => {
      const watcher = watch(join(home, 'run'), () => {
        if (existsSync(left)) return;
        watcher.close();
        resolve();
      });
    });
    door(home).open(echo);
    await gone;
    ok(existsSync(living) && existsSync(here.address));
    server.close();
  });

  it('says that there is none, where there is none', async () => {
    equal((await door().reach(null)).type, 'failed');
  });
});
