// The tool `write_stdin`: types into a running command, or looks at it, and returns what it printed since.
import { staysWithin } from '../core/approval/sandboxBounds.ts';
import { outputTokens, writeYieldMs } from '../core/command/commandLimits.ts';
import { proposedCommand } from '../core/command/commandItem.ts';
import type { Action, Tool, ToolContext, ToolOutput } from '../core/turn/tool.ts';
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
    async run(call, context) {
      const parsed = parseArguments(WriteArguments, 'write_stdin', call.input);
      if (parsed.type === 'wrong') return { output: parsed.message };
      const args = parsed.value;
      const terminal = terminals.find(args.session_id);
      if (terminal === null) return unknown(args.session_id, terminals);
      const text = args.chars ?? '';
      const typing = { callId: call.callId, terminal, text };
      return context.whileWatched(async () => {
        const problem = text === '' || terminal.state === 'ended' ? null : await type(typing, context);
        return problem === null ? look(terminal, args, { context, terminals }) : { output: problem };
      });
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

interface Typing {
  readonly callId: string;
  readonly terminal: Terminal;
  readonly text: string;
}

/** Types, where that is possible and allowed. Returns why it is not. */
async function type(typing: Typing, context: ToolContext): Promise<string | null> {
  const { terminal, text } = typing;
  if (text === INTERRUPT) {
    if (terminal.isInteractive && terminal.hasTerminal) terminal.write(text);
    // without a terminal nothing turns Ctrl-C into a signal
    else void terminal.kill();
    return null;
  }
  if (!terminal.isInteractive)
    return `Session ${terminal.sessionId} has no input to write to; start the command again with "tty": true to type into it.`;
  const refusal = await refusalOf(typing, context);
  if (refusal === null && terminal.state !== 'ended') terminal.write(text);
  return refusal;
}

/**
 * What is typed into a shell is a command like any other: the policy decides on it as it is now, and a consent to `bash` is none to what
 * `bash` is told. Null when it may be typed.
 */
async function refusalOf({ callId, terminal, text }: Typing, context: ToolContext): Promise<string | null> {
  const { sessionId, cwd, command } = terminal;
  const { containment } = terminal;
  const { type: mode } = context.settings.sandbox;
  const wouldBeContained = mode === 'readOnly' || mode === 'workspaceWrite';
  // what is typed happens where the command runs: outside of every sandbox, or in one that was made when more was allowed
  const isOutside = wouldBeContained && (containment === null || !staysWithin(containment.bounds, context.settings));
  const action: Extract<Action, { kind: 'command' }> = {
    kind: 'command',
    script: text,
    cwd,
    escalated: isOutside,
    justification: null,
    session: sessionId,
  };
  const decision = await context.decide(action);
  if (decision.type === 'run' || decision.type === 'runSandboxed') return null;
  if (decision.type === 'refuse') return `Nothing was typed: ${decision.reason}`;
  const proposed = proposedCommand({ callId, script: text, argv: [], cwd });
  const item = { ...proposed, command: text, processId: String(sessionId), startedAtMs: context.clock.nowMs() };
  const where = `This will be typed into the running command${isOutside && containment !== null ? ', which was started when more was allowed' : ''}: ${command}`;
  const ask = { ...decision, reason: decision.tripwire === null ? where : `${decision.reason} ${where}` };
  const verdict = await context.askCommand(item, { action, ask });
  // an interrupt wins over an answer that comes with it
  const isAccepted = verdict === 'accepted' && !context.signal.aborted;
  const refused = verdict === 'failed' ? 'failed' : 'declined';
  context.completeItem({ ...item, status: isAccepted ? 'completed' : refused });
  if (isAccepted) return null;
  return verdict === 'declined'
    ? 'Nothing was typed: the user rejected it. Do not get the same effect in another way; go on without it or ask.'
    : 'Nothing was typed: nobody allowed it.';
}

function unknown(sessionId: number, terminals: Terminals): ToolOutput {
  const open = terminals.list().map((terminal) => String(terminal.sessionId));
  const known = open.length === 0 ? 'No session is running.' : `Running sessions: ${open.join(', ')}.`;
  return { output: `There is no session ${sessionId}; it may have ended already. ${known}` };
}
