// The tool `write_stdin`: types into a running command, or looks at it, and returns what it printed since.
import { outputTokens, writeYieldMs } from '../core/command/commandLimits.ts';
import type { Tool, ToolContext, ToolOutput } from '../core/turn/tool.ts';
import { parseArguments, WriteArguments } from './commandArguments.ts';
import { WRITE_STDIN_SPEC } from './commandSpecs.ts';
import type { Terminal } from './terminal.ts';
import { terminalReport } from './terminalReport.ts';
import type { Terminals } from './terminals.ts';

export interface WriteStdinDeps {
  /** The table of the thread whose calls come here. */
  readonly terminals: Terminals;
}

/** Output that has been silent for this long is taken as the whole answer to what was typed. */
const SETTLE_MS = 250;
const INTERRUPT = '\u0003';

export function createWriteStdin({ terminals }: WriteStdinDeps): Tool {
  return {
    spec: WRITE_STDIN_SPEC,
    changesWorkspace: true,
    async run(call, context) {
      const parsed = parseArguments(WriteArguments, 'write_stdin', call.input);
      if (parsed.type === 'wrong') return { output: parsed.message };
      const args = parsed.value;
      const terminal = terminals.find(args.session_id);
      if (terminal === null) return unknown(args.session_id, terminals);
      const text = args.chars ?? '';
      const problem = text === '' || terminal.state === 'ended' ? null : type(terminal, text);
      if (problem !== null) return { output: problem };
      return look(terminal, args, { context, terminals });
    },
  };
}

interface Looking {
  readonly context: ToolContext;
  readonly terminals: Terminals;
}

async function look(terminal: Terminal, args: WriteArguments, { context, terminals }: Looking): Promise<ToolOutput> {
  const { clock, signal } = context;
  const startedAtMs = clock.nowMs();
  const yieldMs = writeYieldMs(args.yield_time_ms, (args.chars ?? '') !== '');
  const end = await terminal.wait({ clock, signal, yieldMs, settleMs: SETTLE_MS });
  if (terminal.state === 'ended') terminals.forget(terminal.sessionId);
  const maxTokens = outputTokens(args.max_output_tokens);
  return terminalReport(terminal, end, { wallTimeMs: clock.nowMs() - startedAtMs, maxTokens });
}

/** What the command was allowed to do includes what is typed into it: it was approved as a whole. Returns why it cannot be. */
function type(terminal: Terminal, text: string): string | null {
  if (terminal.isInteractive && (terminal.hasTerminal || text !== INTERRUPT)) {
    terminal.write(text);
    return null;
  }
  if (text === INTERRUPT) {
    // without a terminal nothing turns Ctrl-C into a signal
    void terminal.kill();
    return null;
  }
  return `Session ${terminal.sessionId} has no input to write to; start the command again with "tty": true to type into it.`;
}

function unknown(sessionId: number, terminals: Terminals): ToolOutput {
  const open = terminals.list().map((terminal) => String(terminal.sessionId));
  const known = open.length === 0 ? 'No session is running.' : `Running sessions: ${open.join(', ')}.`;
  return { output: `There is no session ${sessionId}; it may have ended already. ${known}` };
}
