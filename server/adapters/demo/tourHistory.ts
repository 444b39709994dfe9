// Where the tour stands, read from the conversation alone: the tour itself remembers nothing.
import type { ModelContent, ModelItem } from '../../core/turn/modelPort.ts';

/** In the order in which they are shown. */
export const TOUR_STEPS = ['list', 'read', 'edit', 'command'] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

export interface StepResult {
  readonly step: TourStep;
  /** What the tool was asked: JSON for a function, the patch for the edit. */
  readonly input: string;
  readonly output: string;
  readonly outcome: 'done' | 'declined' | 'failed';
}

/**
 * `fresh`: nothing was shown yet. `underWay`: a step has its result, the next one is due. `finished` and `stopped`: the user says
 * something after the end, or after an interruption.
 */
export type TourPlace = 'fresh' | 'underWay' | 'finished' | 'stopped';

export interface TourState {
  readonly place: TourPlace;
  /** The steps of the present run. */
  readonly results: readonly StepResult[];
  /** Files that earlier runs wrote, too. */
  readonly editedFiles: readonly string[];
  /** What the user said last. */
  readonly lastWords: string;
  /** Under way: the user said something since the last step. */
  readonly isInterjected: boolean;
}

const CALL_ID = /^tour_(list|read|edit|command)_/;

export function tourCallId(step: TourStep, id: string): string {
  return `tour_${step}_${id}`;
}

export function readTour(input: readonly ModelItem[]): TourState {
  const all = resultsOf(input);
  const results = presentRun(all);
  const lastCall = input.findLastIndex((item) => stepOf(item) !== null);
  const lastUser = input.findLastIndex(isFromUser);
  return {
    place: placeOf(input, { lastCall, lastUser, lastStep: results.at(-1)?.step }),
    results,
    editedFiles: all.flatMap(({ step, input: patch }) => (step === 'edit' ? (addedFile(patch) ?? []) : [])),
    lastWords: lastUser === -1 ? '' : textOf(input[lastUser]),
    isInterjected: lastUser > lastCall,
  };
}

/** The path of the file that a tour's patch adds. */
export function addedFile(patch: string): string | null {
  return /^\*\*\* Add File: (.+)$/m.exec(patch)?.[1] ?? null;
}

interface Marks {
  readonly lastCall: number;
  readonly lastUser: number;
  readonly lastStep: TourStep | undefined;
}

function placeOf(input: readonly ModelItem[], { lastCall, lastUser, lastStep }: Marks): TourPlace {
  if (lastCall === -1) return 'fresh';
  if (lastUser < lastCall) return 'underWay';
  const since = input.slice(lastCall + 1);
  const wasAnswered = since.some((item) => item.type === 'message' && item.phase === 'final_answer');
  if (wasAnswered) return lastStep === TOUR_STEPS.at(-1) ? 'finished' : 'stopped';
  const wasAborted = since.some((item) => textOf(item).startsWith('<turn_aborted>'));
  return wasAborted ? 'stopped' : 'underWay';
}

function resultsOf(input: readonly ModelItem[]): StepResult[] {
  const outputs = new Map(input.flatMap((item) => ('output' in item ? [[item.call_id, item.output]] : [])));
  return input.flatMap((item) => {
    const step = stepOf(item);
    if (step === null || !('name' in item)) return [];
    const output = plain(outputs.get(item.call_id) ?? '');
    return { step, input: 'input' in item ? item.input : item.arguments, output, outcome: outcomeOf(step, output) };
  });
}

/** A step that does not come later than the one before it begins a new run. */
function presentRun(all: readonly StepResult[]): readonly StepResult[] {
  const order = all.map(({ step }) => TOUR_STEPS.indexOf(step));
  const start = order.findLastIndex((position, at) => at === 0 || position <= (order[at - 1] ?? -1));
  return all.slice(Math.max(0, start));
}

function stepOf(item: ModelItem): TourStep | null {
  if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return null;
  const name = CALL_ID.exec(item.call_id)?.[1];
  return TOUR_STEPS.find((step) => step === name) ?? null;
}

/** The tools tell the model in words what happened. */
function outcomeOf(step: TourStep, output: string): StepResult['outcome'] {
  if (/rejected by (the )?user/i.test(output)) return 'declined';
  return DONE[step].test(output) ? 'done' : 'failed';
}

const DONE: Readonly<Record<TourStep, RegExp>> = {
  // the folder, then its entries
  list: /^.+\n./,
  // numbered lines
  read: /^(\d+\t|\[The file is empty)/,
  edit: /success/i,
  command: /exited with code 0\b/,
};

/** Instructions and environment travel as user messages as well, but begin with a tag or a heading of their own. */
function isFromUser(item: ModelItem): boolean {
  return item.type === 'message' && item.role === 'user' && !/^(<\w+>|# AGENTS\.md)/.test(textOf(item));
}

function textOf(item: ModelItem | undefined): string {
  return item?.type === 'message' ? plain(item.content) : '';
}

function plain(content: string | readonly ModelContent[]): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('');
}
