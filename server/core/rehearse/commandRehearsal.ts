// Rehearses a command that is asked about, and writes the result that the user has seen.
import { fileUpdateChange } from '../../protocol/fileChange.ts';
import type { FileUpdateChange } from '../../protocol/schema/item.ts';
import type { Rehearsal } from '../../protocol/schema/safety.ts';
import { commitPatch } from '../patch/commit.ts';
import { displayText, isBinary } from '../patch/fileText.ts';
import type { Files, Ids, Rehearse } from '../ports.ts';
import type { Rehearsals, Trial, TrialEffect, TriedCommand } from './rehearsals.ts';

export interface CommandRehearsalOptions {
  readonly rehearsals: Rehearsals;
  readonly command: TriedCommand;
  readonly ids: Ids;
  readonly files: Files;
}

/** How many files are named in a limitation. */
const MOST_NAMED = 5;
const UNKNOWN = 'This rehearsal is not the last one of this request. Rehearse again.';

export class CommandRehearsal implements Rehearse {
  readonly #options: CommandRehearsalOptions;
  #last: { readonly id: string; readonly trial: Trial } | null = null;

  constructor(options: CommandRehearsalOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<Rehearsal> {
    this.#last = null;
    const trial = await this.#options.rehearsals.tryOut(this.#options.command, signal);
    const id = this.#options.ids.next();
    this.#last = { id, trial };
    return {
      rehearsalId: id,
      exitCode: trial.exitCode,
      output: trial.output,
      changes: trial.effects.filter(({ isGitData }) => !isGitData).map(shown),
      limitation: limitationOf(trial),
    };
  }

  obstacle(rehearsalId: string): Promise<string | null> {
    const trial = this.#trial(rehearsalId);
    return trial === null ? Promise.resolve(UNKNOWN) : trial.obstacle();
  }

  /** Writes the result: all files of it, or none. Throws in words for the user when it cannot be written. */
  async apply(rehearsalId: string): Promise<Trial> {
    const trial = this.#trial(rehearsalId);
    if (trial === null) throw new Error(UNKNOWN);
    const obstacle = await trial.obstacle();
    if (obstacle !== null) throw new Error(obstacle);
    const files = trial.effects.map(({ realPath, before, after, mode }) => {
      return { path: realPath, realPath, before, after, mode };
    });
    await commitPatch({ files, changes: [], summary: [], notes: [] }, this.#options.files);
    await trial.writeRest();
    return trial;
  }

  #trial(rehearsalId: string): Trial | null {
    return this.#last?.id === rehearsalId ? this.#last.trial : null;
  }
}

function shown({ path, before, after }: TrialEffect): FileUpdateChange {
  const change = fileUpdateChange({ path, before: textOf(before), after: textOf(after), movePath: null });
  return isShownAsText(before) && isShownAsText(after) ? change : { ...change, diff: '' };
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : isBinary(bytes) ? '' : displayText(bytes);
}

function isShownAsText(bytes: Uint8Array | null): boolean {
  return bytes === null || !isBinary(bytes);
}

function limitationOf({ effects, limitation }: Trial): string | null {
  const sentences = limitation === null ? [] : [limitation];
  const binary = effects.filter(
    ({ before, after, isGitData }) => !isGitData && !(isShownAsText(before) && isShownAsText(after)),
  );
  if (binary.length > 0) sentences.push(`Changed, but not text: ${named(binary.map(({ path }) => path))}.`);
  const gitData = effects.filter(({ isGitData }) => isGitData).length;
  if (gitData > 0) sentences.push(`It also changes the repository's own data (${gitData} files in .git).`);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function named(paths: readonly string[]): string {
  const more = paths.length - MOST_NAMED;
  return `${paths.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
