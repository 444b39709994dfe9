// The table of a thread's running commands: which are open, which may still be read, and how to end them.
import type { BackgroundTerminals } from '../core/turn/turnWorld.ts';
import { Terminal, type TerminalStart } from './terminal.ts';

/** A running command as other rooms see it. */
export type OpenTerminal = Pick<
  Terminal,
  'sessionId' | 'itemId' | 'turnId' | 'command' | 'cwd' | 'osPid' | 'startedAtMs' | 'hasTerminal' | 'state'
>;

/** The running commands of one thread. Whoever owns the thread calls `killAll` at its end. */
export interface Terminals {
  /** Those that have not ended, oldest first. */
  list(): readonly OpenTerminal[];
  /** Ends one by its item's `processId` and completes its item; false when none of that id is running. */
  kill(processId: string): Promise<boolean>;
  /** Ends all and completes their items. */
  killAll(): Promise<void>;
  readonly isFull: boolean;
  /** A session id that is free until the next `open`. */
  freeId(): number;
  open(start: TerminalStart): Terminal;
  /** Running, or ended with an end that was not told. */
  find(sessionId: number): Terminal | null;
  /** Its end was told to the model. */
  forget(sessionId: number): void;
}

export interface TerminalsOptions {
  /** How many commands a thread may have running at once; 64 unless told. */
  readonly limit?: number;
  /** Random unless told: a model that remembers an old session must not hit a new one by counting. */
  readonly nextSessionId?: () => number;
}

const LIMIT = 64;

/** Of four or five digits. */
function randomSessionId(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return 1000 + (random % 99_000);
}

export function createTerminals(options: TerminalsOptions = {}): Terminals {
  const { limit = LIMIT, nextSessionId = randomSessionId } = options;
  const table = new Map<number, Terminal>();
  const running = (): Terminal[] => [...table.values()].filter(({ state }) => state !== 'ended');
  return {
    list: running,
    async kill(processId) {
      const found = running().find(({ sessionId }) => String(sessionId) === processId);
      await found?.kill();
      return found !== undefined;
    },
    async killAll() {
      await Promise.all(running().map((terminal) => terminal.kill()));
      table.clear();
    },
    get isFull() {
      return running().length >= limit;
    },
    freeId() {
      let sessionId = nextSessionId();
      while (table.has(sessionId)) sessionId = nextSessionId();
      return sessionId;
    },
    open(start) {
      forgetOldest(table, limit);
      const terminal = new Terminal(start);
      table.set(terminal.sessionId, terminal);
      return terminal;
    },
    find: (sessionId) => table.get(sessionId) ?? null,
    forget: (sessionId) => void table.delete(sessionId),
  };
}

/** Those that were left to go on, as clients see them. */
export function inBackground(terminals: Terminals): BackgroundTerminals {
  const open = (): readonly OpenTerminal[] => terminals.list().filter(({ state }) => state === 'background');
  return {
    list: () =>
      open().map(({ itemId, sessionId, command, cwd, osPid }) => {
        return { itemId, processId: String(sessionId), command, cwd, osPid };
      }),
    kill: async (processId) =>
      open().some(({ sessionId }) => String(sessionId) === processId) && (await terminals.kill(processId)),
  };
}

/** Output of ended commands that nobody asks for is not kept without bound. */
function forgetOldest(table: Map<number, Terminal>, limit: number): void {
  const ended = [...table.values()].filter(({ state }) => state === 'ended');
  for (const { sessionId } of ended.slice(0, Math.max(0, ended.length - limit))) table.delete(sessionId);
}
