// The simple models that benches run as a child process: many tiny deltas, many commands in a row, a flood of output, an echo.
import { answer, command, PACED, text, type Chunking } from './modelScript.ts';
import { lastUserText, type Script, type SentItem } from './modelRequest.ts';

/**
 * `text`: one short answer. `deltas:N`: an answer in N deltas of 5 characters. `commands:N`: `true` run N times in a row, each time with another number, one a
 * request, then an answer. `echo`: the user's last words. `paragraph`: an answer of some length. `flood`: a command that prints 20 MB in
 * blocks, then an answer. `patch:N`: a patch that changes and adds N files in turn, then an answer. `paced:N`: an answer in N deltas, some
 * milliseconds apart, each of which says when it was sent.
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
    case 'paragraph':
      return answer(text(PARAGRAPH, { deltas: 40 }), { chunking });
    case 'flood':
      return once(floodScript(), chunking);
    case 'patch':
      return once(patchScript(n), chunking);
    case 'paced':
      return answer(text(PACED.repeat(n), { deltas: PACED.length }), { chunking: 'paced' });
    default:
      throw new Error(`There is no script "${spec}"; see modelModes.ts for those there are.`);
  }
}

/** Runs the script, then says that it is done. */
function once(script: string, chunking: Chunking): Script {
  return (request) =>
    answer(
      outputsOfThisTurn(request.input) === 0
        ? command(script, { yield_time_ms: 30_000 }, { callId: `run_${request.n}`, deltas: script.length })
        : text('done'),
      { chunking },
    );
}

const PARAGRAPH = `The halyard was led aft through the lower block and made fast with a figure of eight, so that it could be let go under load. ${'We went over the rigging once more and found nothing that would not hold for a season. '.repeat(4)}`;

export const FLOOD_BLOCKS = 320;
/** In a block. */
export const FLOOD_LINES = 655;
const FLOOD_PAUSE_MS = 5;
const FLOOD_TEXT = 'the rope is made fast at the post, with a knot that holds under load; and can be untied\n';

/** Numbered, so that what is lost is seen. */
export function floodLine(n: number): string {
  return `${String(n).padStart(11, '0')} ${FLOOD_TEXT}`;
}

/** Blocks with a pause after each: what comes faster the reference loses by the megabyte. */
function floodScript(): string {
  const program = `
    const text = ${JSON.stringify(FLOOD_TEXT)};
    let block = 0;
    const print = () => {
      const lines = Array.from({ length: ${FLOOD_LINES} }, (_, n) => String(block * ${FLOOD_LINES} + n).padStart(11, "0") + " " + text);
      process.stdout.write(lines.join(""));
      block += 1;
      if (block < ${FLOOD_BLOCKS}) setTimeout(print, ${FLOOD_PAUSE_MS});
    };
    print();`;
  return `'${process.execPath}' -e '${program}'`;
}

export const PATCH_FOLDER = 'patched';

/** Even ones are there before, odd ones are new. */
export function patchedFile(n: number): { readonly path: string; readonly before: string; readonly after: string } {
  const lines = Array.from({ length: 20 }, (_, line) => `line ${line} of file ${n}`);
  const after = lines.with(10, `changed in file ${n}`);
  const textOf = (all: readonly string[]): string => `${all.join('\n')}\n`;
  return { path: `${PATCH_FOLDER}/file${n}.txt`, before: textOf(lines), after: textOf(after) };
}

function patchScript(files: number): string {
  const hunks = Array.from({ length: files }, (_, n) => {
    const { path, after } = patchedFile(n);
    if (n % 2 === 1) return `*** Add File: ${path}\n${after.replaceAll(/^(?=.)/gm, '+')}`;
    return `*** Update File: ${path}\n@@\n line 9 of file ${n}\n-line 10 of file ${n}\n+changed in file ${n}\n line 11 of file ${n}\n`;
  });
  return `apply_patch <<'EOF'\n*** Begin Patch\n${hunks.join('')}*** End Patch\nEOF\n`;
}

function outputsOfThisTurn(input: readonly SentItem[]): number {
  const lastUser = input.findLastIndex((item) => item['role'] === 'user');
  return input.slice(lastUser + 1).filter((item) => item['type'] === 'function_call_output' || item['role'] === 'tool')
    .length;
}
