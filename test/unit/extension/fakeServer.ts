// A program that plays the server over stdio: its first argument says how it behaves.
import { createInterface } from 'node:readline';

const [behaviour = 'good'] = process.argv.slice(2);

if (behaviour === 'broken') {
  process.stderr.write('ERROR cannot find my library\n');
  process.exit(3);
}
process.stderr.write('2026-11-22T10:00:00.000Z  WARN disk is nearly full\n');
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, method } = JSON.parse(line) as { id?: number; method: string };
  if (method === 'initialize') {
    say({ id, result: { userAgent: 'fake/1', codexHome: process.cwd(), platformFamily: 'unix', platformOs: 'linux' } });
  } else if (method === 'account/read') {
    say({ id, result: { account: null, userId: null, requiresOpenaiAuth: false } });
  } else if (method === 'thread/loaded/list') {
    // the pid tells the processes apart, and the environment what it was given
    say({
      id,
      result: {
        data: [String(process.pid), process.env['ELECTRON_RUN_AS_NODE'] ?? '', process.env['VSCODE_PID'] ?? ''],
        nextCursor: null,
      },
    });
  } else if (method === 'model/list') {
    // like every server it numbers its requests from 0
    const ids = { threadId: 'a', turnId: 't', itemId: 'i', startedAtMs: 1, environmentId: null };
    const params = { kind: 'command', command: `from ${process.pid}`, ...ids };
    say({ id: 0, method: 'item/commandExecution/requestApproval', params });
    say({ method: 'serverRequest/resolved', params: { threadId: 'a', requestId: 0 } });
    say({ id, result: { data: [], nextCursor: null } });
  } else if (method === 'rule/list') {
    // as the reference server says it, which then names all that it knows
    const message = 'Invalid request: unknown variant `rule/list`, expected one of `initialize`, `thread/start`';
    say({ id, error: { code: -32600, message } });
  } else if (method === 'thread/list') {
    process.exit(9);
  }
});
lines.on('close', () => {
  process.stderr.write('INFO goodbye\n', () => process.exit(0));
});

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
