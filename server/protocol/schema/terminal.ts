// Commands beside the agent's own: those that the user runs in a thread, and those that go on in the background.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** `timeoutMs`: an hour when left out; 0 kills it at once. */
export const ThreadShellCommandParams = lazy(() =>
  z.object({ threadId: z.string(), command: z.string(), timeoutMs: z.number().int().nonnegative().nullish() }),
);
export type ThreadShellCommandParams = Infer<typeof ThreadShellCommandParams>;

/** `processId` is that of its item. `cpuPercent` and `rssKb` are not measured: always null. */
export const BackgroundTerminal = lazy(() =>
  z.object({
    itemId: z.string(),
    processId: z.string(),
    command: z.string(),
    cwd: z.string(),
    osPid: z.number().nullable(),
    cpuPercent: z.number().nullable(),
    rssKb: z.number().nullable(),
  }),
);
export type BackgroundTerminal = Infer<typeof BackgroundTerminal>;

export const BackgroundTerminalsListParams = lazy(() =>
  z.object({
    threadId: z.string(),
    cursor: z.string().nullish(),
    limit: z.number().int().nonnegative().nullish(),
  }),
);
export type BackgroundTerminalsListParams = Infer<typeof BackgroundTerminalsListParams>;

export const BackgroundTerminalsListResult = lazy(() =>
  z.object({ data: z.array(BackgroundTerminal()), nextCursor: z.string().nullable() }),
);
export type BackgroundTerminalsListResult = Infer<typeof BackgroundTerminalsListResult>;

export const BackgroundTerminalTerminateParams = lazy(() => z.object({ threadId: z.string(), processId: z.string() }));
export type BackgroundTerminalTerminateParams = Infer<typeof BackgroundTerminalTerminateParams>;

export const BackgroundTerminalTerminateResult = lazy(() => z.object({ terminated: z.boolean() }));
export type BackgroundTerminalTerminateResult = Infer<typeof BackgroundTerminalTerminateResult>;
