// Commands and processes that a client runs for itself, outside of every thread: started, typed into, resized, ended.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { SandboxPolicy } from './common.ts';

/** The size of a terminal in characters. */
export const TerminalSize = lazy(() => z.object({ rows: z.int().max(65_535), cols: z.int().max(65_535) }));
export type TerminalSize = Infer<typeof TerminalSize>;

/** Variables over those that commands get anyway; null takes one away. */
const Environment = lazy(() => z.record(z.string(), z.string().nullable()));

/**
 * Left out, the sandbox is the configured one, the time limit 10 seconds, the limit of each output 1 MiB. A `processId` of the client's own
 * is needed for everything that goes on while the command runs.
 */
export const CommandExecParams = lazy(() =>
  z.object({
    command: z.array(z.string()),
    processId: z.string().nullish(),
    tty: z.boolean().default(false),
    streamStdin: z.boolean().default(false),
    streamStdoutStderr: z.boolean().default(false),
    outputBytesCap: z.int().nonnegative().nullish(),
    disableOutputCap: z.boolean().default(false),
    disableTimeout: z.boolean().default(false),
    timeoutMs: z.int().nullish(),
    cwd: z.string().nullish(),
    env: Environment().nullish(),
    size: TerminalSize().nullish(),
    sandboxPolicy: SandboxPolicy().nullish(),
    permissionProfile: z.string().nullish(),
  }),
);
export type CommandExecParams = Infer<typeof CommandExecParams>;

/** Outputs that were streamed are empty here. */
export const CommandExecResult = lazy(() => z.object({ exitCode: z.int(), stdout: z.string(), stderr: z.string() }));
export type CommandExecResult = Infer<typeof CommandExecResult>;

export const CommandExecWriteParams = lazy(() =>
  z.object({ processId: z.string(), deltaBase64: z.string().nullish(), closeStdin: z.boolean().default(false) }),
);
export const CommandExecTerminateParams = lazy(() => z.object({ processId: z.string() }));
export const CommandExecResizeParams = lazy(() => z.object({ processId: z.string(), size: TerminalSize() }));

const Stream = lazy(() => z.enum(['stdout', 'stderr']));

/** `capReached` is true once, with the last piece of an output that was cut at its limit. */
export const CommandExecOutputDelta = lazy(() =>
  z.object({ processId: z.string(), stream: Stream(), deltaBase64: z.string(), capReached: z.boolean() }),
);

/** `timeoutMs` and `outputBytesCap`: null for no limit; left out, they are as for `command/exec`. */
export const ProcessSpawnParams = lazy(() =>
  z.object({
    command: z.array(z.string()),
    processHandle: z.string(),
    cwd: z.string(),
    tty: z.boolean().default(false),
    streamStdin: z.boolean().default(false),
    streamStdoutStderr: z.boolean().default(false),
    outputBytesCap: z.int().nonnegative().nullish(),
    timeoutMs: z.int().nullish(),
    env: Environment().nullish(),
    size: TerminalSize().nullish(),
  }),
);
export type ProcessSpawnParams = Infer<typeof ProcessSpawnParams>;

export const ProcessWriteStdinParams = lazy(() =>
  z.object({ processHandle: z.string(), deltaBase64: z.string().nullish(), closeStdin: z.boolean().default(false) }),
);
export const ProcessKillParams = lazy(() => z.object({ processHandle: z.string() }));
export const ProcessResizePtyParams = lazy(() => z.object({ processHandle: z.string(), size: TerminalSize() }));

export const ProcessOutputDelta = lazy(() =>
  z.object({ processHandle: z.string(), stream: Stream(), deltaBase64: z.string(), capReached: z.boolean() }),
);

/** `outputDrainTimedOut`: children that live on hold the output open, and what they write from now on is not told. */
export const ProcessExited = lazy(() =>
  z.object({
    processHandle: z.string(),
    exitCode: z.int(),
    outputDrainTimedOut: z.boolean().nullish(),
    stdout: z.string(),
    stdoutCapReached: z.boolean(),
    stderr: z.string(),
    stderrCapReached: z.boolean(),
  }),
);
