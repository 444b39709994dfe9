// Tells the model what a terminal printed since it last looked, and whether it still runs.
import { renderCommandReport, type CommandProgress } from '../core/command/commandOutput.ts';
import type { ToolOutput } from '../core/turn/tool.ts';
import type { Terminal, WaitEnd } from './terminal.ts';

export interface ReportOptions {
  readonly wallTimeMs: number;
  readonly maxTokens: number;
}

export function terminalReport(terminal: Terminal, end: WaitEnd, options: ReportOptions): ToolOutput {
  const { text, totalBytes } = terminal.takeOutput();
  const progress = progressOf(terminal, end);
  const chunkId = crypto.getRandomValues(Buffer.alloc(3)).toString('hex');
  const report = renderCommandReport({ chunkId, progress, output: text, totalBytes, ...options });
  const notice = terminal.sandboxNotice;
  return { output: notice === null ? report : `${report.replace(/\n$/, '')}\n${notice}` };
}

function progressOf({ sessionId, exit }: Terminal, end: WaitEnd): CommandProgress {
  if (end === 'interrupted') return { type: 'interrupted', sessionId: exit === null ? sessionId : null };
  return exit === null ? { type: 'running', sessionId } : { type: 'ended', exit };
}
