// The simple models that benches run as a child process: many tiny deltas, many commands in a row, an echo.
import { answer, command, text, type Chunking } from './modelScript.ts';
import { lastUserText, type Script, type SentItem } from './modelRequest.ts';

/**
 * `text`: one short answer. `deltas:N`: an answer in N deltas of 5 characters. `commands:N`: `true` run N times in a row, each time with another number, one a
 * request, then an answer. `echo`: the user's last words.
 */
export function modeOf(spec: string, chunking: Chunking): Script {
  const [name, count = '1'] = spec.split(':');
  const n = Number(count);
  if (!Number.isInteger(n) || n < 0) throw new Error(`"${count}" is no count; write for example deltas:20000.`);
  switch (name) {
    case 'text':
      return answer(text('Hello there, world!'), { chunking });
    case 'deltas':
      return answer(text('12345'.repeat(n), { deltas: 5 }), { chunking });
    case 'commands':
      return (request) => {
        const done = outputsOfThisTurn(request.input);
        return answer(
          done < n ? command(`true ${done}`, {}, { callId: `run_${request.n}` }) : text(`ran ${done} commands`),
          {
            chunking,
          },
        );
      };
    case 'echo':
      return (request) => answer(text(lastUserText(request)), { chunking });
    default:
      throw new Error(`There is no script "${spec}"; use text, deltas:N, commands:N or echo.`);
  }
}

function outputsOfThisTurn(input: readonly SentItem[]): number {
  const lastUser = input.findLastIndex((item) => item['role'] === 'user');
  return input.slice(lastUser + 1).filter((item) => item['type'] === 'function_call_output' || item['role'] === 'tool')
    .length;
}
