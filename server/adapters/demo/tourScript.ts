// The script of the tour: what is said and done next, depending on what came of the steps before.
import { addedFile, TOUR_STEPS, type StepResult, type TourState, type TourStep } from './tourHistory.ts';
import { goodbye, introduction, notConnected, stopped, TOUR_FILE_TEXT } from './tourTexts.ts';

export interface ToolUse {
  readonly step: TourStep;
  readonly tool: string;
  readonly form: 'function' | 'custom';
  readonly input: string;
}

/** One response: something to say, and a tool to use unless it is the last. */
export interface Scene {
  readonly text: string;
  readonly use: ToolUse | null;
}

/** How each step's tool is called here. */
export const STEP_TOOLS: Readonly<Record<TourStep, string>> = {
  list: 'list_dir',
  read: 'read_file',
  edit: 'apply_patch',
  command: 'exec_command',
};

const AGAIN = /\b(again|restart|repeat|replay|once more|start over)\b/i;
const GO_ON = /\b(go on|continue|resume|proceed|next)\b/i;

/** `offered` are the names of the tools that the thread has; steps without their tool are left out. */
export function nextScene(tour: TourState, offered: ReadonlySet<string>): Scene {
  const begin = (): Scene => {
    const { text, use } = showNext({ ...tour, results: [] }, offered);
    return { text: `${introduction}\n\n${text}`, use };
  };
  if (tour.place === 'fresh') return begin();
  if (tour.isInterjected && AGAIN.test(tour.lastWords)) return begin();
  switch (tour.place) {
    case 'finished':
      return { text: notConnected, use: null };
    case 'stopped':
      return GO_ON.test(tour.lastWords) ? showNext(tour, offered) : { text: stopped, use: null };
    case 'underWay': {
      const scene = showNext(tour, offered);
      const aside = 'I am a script and cannot take that in; the tour goes on.';
      return tour.isInterjected ? { ...scene, text: `${aside}\n\n${scene.text}` } : scene;
    }
  }
}

function showNext(tour: TourState, offered: ReadonlySet<string>): Scene {
  const last = tour.results.at(-1);
  const from = last === undefined ? 0 : TOUR_STEPS.indexOf(last.step) + 1;
  const before = last === undefined ? [] : [comment(last)];
  for (const step of TOUR_STEPS.slice(from)) {
    const scene = offered.has(STEP_TOOLS[step]) ? sceneOf(step, tour) : null;
    if (scene !== null)
      return { text: [...before, scene.text].join(' '), use: { step, tool: STEP_TOOLS[step], ...scene.use } };
  }
  return { text: [...before, goodbye(tour.results)].join('\n\n'), use: null };
}

type StepScene = { readonly text: string; readonly use: Pick<ToolUse, 'form' | 'input'> };

/** The step, or null when there is nothing to do it with. */
function sceneOf(step: TourStep, tour: TourState): StepScene | null {
  switch (step) {
    case 'list':
      return { text: 'First I look around in this folder.', use: args({ path: '.' }) };
    case 'read': {
      const file = fileToRead(entriesOf(tour));
      if (file === null) return null;
      return { text: `I open \`${file}\`.`, use: args({ path: file }) };
    }
    case 'edit': {
      const file = freeName(tour);
      const text = `Now an edit: a new file, \`${file}\`. Watch the diff grow while I write it. It touches nothing else.`;
      return { text, use: { form: 'custom', input: tourPatch(file) } };
    }
    case 'command': {
      const script = entriesOf(tour).some((entry) => /^\.git\/?$/.test(entry)) ? 'git status --short' : 'ls';
      const text = `Last, a command: \`${script}\`. In the sandbox it would run unasked; I ask to run it outside, so that you see how a question looks. It changes nothing. Decline it if you like: I will cope.`;
      const justification = 'The tour shows how a command asks for your approval.';
      return { text, use: args({ cmd: script, sandbox_permissions: 'require_escalated', justification }) };
    }
  }
}

function args(value: Readonly<Record<string, string>>): StepScene['use'] {
  return { form: 'function', input: JSON.stringify(value) };
}

/** Names as `list_dir` tells them: below the folder's own path, folders with a slash at their end. */
function entriesOf({ results }: TourState): readonly string[] {
  const listing = results.find(({ step }) => step === 'list');
  return listing?.outcome === 'done' ? listing.output.split('\n').slice(1) : [];
}

const TELLING_FILES = [
  /^readme(\.\w+)?$/i,
  /^(package\.json|pyproject\.toml|Cargo\.toml|go\.mod)$/,
  /^\w[\w.-]*\.(md|txt|json|toml|ya?ml)$/i,
];

/** A file that tells something about the folder, if there is one. */
function fileToRead(entries: readonly string[]): string | null {
  for (const pattern of TELLING_FILES) {
    const found = entries.find((entry) => pattern.test(entry));
    if (found !== undefined) return found;
  }
  return null;
}

function freeName(tour: TourState): string {
  const taken = (name: string): boolean => tour.editedFiles.includes(name) || entriesOf(tour).includes(name);
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? 'BOWLINE_TOUR.md' : `BOWLINE_TOUR_${n}.md`;
    if (!taken(name)) return name;
  }
}

function tourPatch(file: string): string {
  const lines = TOUR_FILE_TEXT.split('\n').map((line) => `+${line}`);
  return ['*** Begin Patch', `*** Add File: ${file}`, ...lines, '*** End Patch', ''].join('\n');
}

/** What came of a step, in one or two sentences. */
function comment(result: StepResult): string {
  switch (result.outcome) {
    case 'done':
      return commentDone(result);
    case 'declined':
      return 'You declined, so nothing happened. A real model is told the same and has to find another way.';
    case 'failed':
      return `That did not work: ${firstLine(result.output)}. A real model reads the same message and tries something else.`;
  }
}

function commentDone({ step, input, output }: StepResult): string {
  switch (step) {
    case 'list':
      return 'So that is what is here.';
    case 'read':
      return `I have read it: ${countOf(output)}.`;
    case 'edit':
      return `\`${addedFile(input) ?? 'The file'}\` is written; keep it, or reject the change in the diff.`;
    case 'command':
      return 'The command ran; its output is in the item above.';
  }
}

/** Of the numbered lines that `read_file` returns. */
function countOf(numbered: string): string {
  const count = numbered.match(/^\d+\t/gm)?.length ?? 0;
  return count === 1 ? '1 line' : `${count} lines`;
}

function firstLine(output: string): string {
  const line = output.split('\n').find((candidate) => candidate.trim() !== '') ?? 'there was no answer';
  return line.trim().replace(/[.:]$/, '').slice(0, 160);
}
