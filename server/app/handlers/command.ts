// Commands and processes of the client itself: `command/exec` in the sandbox as configured or asked for, `process/*` as they are.
import { isAbsolute } from 'node:path';
import type { ClientCommand, CommandBounds } from '../../core/client/startCommand.ts';
import { planCommand, planProcess } from '../../core/client/processPlan.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { CommandExecParams } from '../../protocol/schema/command.ts';
import { Reply } from '../../rpc/incoming.ts';
import { ClientProcesses, type ProcessWords } from '../clientProcesses.ts';
import type { Connection } from '../connection.ts';
import type { Handler, RequestContext } from '../requestContext.ts';

const COMMAND: ProcessWords = {
  method: 'command/exec',
  writeMethod: 'command/exec/write',
  duplicate: 'duplicate active command/exec process id',
  missing: 'no active command/exec for process id',
  noInput: 'stdin streaming is not enabled for this command/exec',
};
const PROCESS: ProcessWords = {
  method: 'process/spawn',
  writeMethod: 'process/writeStdin',
  duplicate: 'duplicate active process handle',
  missing: 'no active process for process handle',
  noInput: 'stdin streaming is not enabled for this process',
};

const COMMANDS = new WeakMap<Connection, ClientProcesses>();
const PROCESSES = new WeakMap<Connection, ClientProcesses>();

export const commandExec: Handler<'command/exec'> = async (context, params) => {
  const plan = planCommand(params);
  const { app, connection } = context;
  const command: ClientCommand = {
    plan,
    cwd: app.absolutePath(params.cwd ?? '.'),
    env: params.env ?? {},
    bounds: boundsOf(params),
  };
  const { ended } = await commandsOf(context).start(
    plan,
    async () => (await app.clientCommands()).start(command),
    (piece) =>
      connection.notify({ method: 'command/exec/outputDelta', params: { processId: plan.id ?? '', ...piece } }),
  );
  const { exitCode, stdout, stderr } = await ended;
  return { exitCode, stdout, stderr };
};

export const commandExecWrite: Handler<'command/exec/write'> = async (
  context,
  { processId, deltaBase64, closeStdin },
) => {
  await commandsOf(context).write(processId, { deltaBase64: deltaBase64 ?? null, closeStdin });
  return {};
};

export const commandExecTerminate: Handler<'command/exec/terminate'> = async (context, { processId }) => {
  await commandsOf(context).kill(processId);
  return {};
};

export const commandExecResize: Handler<'command/exec/resize'> = async (context, { processId, size }) => {
  await commandsOf(context).resize(processId, size);
  return {};
};

export const processSpawn: Handler<'process/spawn'> = async (context, params) => {
  const plan = planProcess(params);
  const { app, connection } = context;
  const { processHandle, cwd } = params;
  if (!isAbsolute(cwd))
    throw new ProtocolError('invalidRequest', 'Invalid request: `cwd` must be an absolute path', {
      kind: 'pathNotAbsolute',
      data: { path: 'cwd' },
    });
  const command: ClientCommand = { plan, cwd, env: params.env ?? {}, bounds: { type: 'none' } };
  const { ended } = await processesOf(context).start(
    plan,
    async () => (await app.clientCommands()).start(command),
    (piece) => connection.notify({ method: 'process/outputDelta', params: { processHandle, ...piece } }),
  );
  const tellEnd = async (): Promise<void> => {
    const { exitCode, isOutputComplete, stdout, stdoutCut, stderr, stderrCut } = await ended;
    const end = { stdout, stdoutCapReached: stdoutCut, stderr, stderrCapReached: stderrCut };
    const exited = { processHandle, exitCode, outputDrainTimedOut: !isOutputComplete, ...end };
    connection.notify({ method: 'process/exited', params: exited });
  };
  return new Reply({}, () => {
    tellEnd().catch((error: unknown) =>
      app.log.error('The end of a process was not told.', { reason: messageOf(error) }),
    );
  });
};

export const processWriteStdin: Handler<'process/writeStdin'> = async (
  context,
  { processHandle, deltaBase64, closeStdin },
) => {
  await processesOf(context).write(processHandle, { deltaBase64: deltaBase64 ?? null, closeStdin });
  return {};
};

export const processKill: Handler<'process/kill'> = async (context, { processHandle }) => {
  await processesOf(context).kill(processHandle);
  return {};
};

export const processResizePty: Handler<'process/resizePty'> = async (context, { processHandle, size }) => {
  await processesOf(context).resize(processHandle, size);
  return {};
};

function boundsOf({ sandboxPolicy, permissionProfile }: CommandExecParams): CommandBounds {
  if (sandboxPolicy !== null && sandboxPolicy !== undefined) return { type: 'policy', policy: sandboxPolicy };
  if (permissionProfile !== null && permissionProfile !== undefined)
    return { type: 'profile', name: permissionProfile };
  return { type: 'configured' };
}

function commandsOf(context: RequestContext): ClientProcesses {
  return tableOf(COMMANDS, context, COMMAND);
}

function processesOf(context: RequestContext): ClientProcesses {
  return tableOf(PROCESSES, context, PROCESS);
}

function tableOf(
  tables: WeakMap<Connection, ClientProcesses>,
  { connection, app }: RequestContext,
  words: ProcessWords,
): ClientProcesses {
  const known = tables.get(connection) ?? new ClientProcesses(connection, words, app.log);
  tables.set(connection, known);
  return known;
}
