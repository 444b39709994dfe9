// Rehearses a patch that is asked about: plans it on the files as they are now, and says what it would do and overlook.
import type { Rehearsal } from '../../protocol/schema/safety.ts';
import { sameBytes } from '../patch/fileText.ts';
import type { PatchPlan } from '../patch/plan.ts';
import type { Files, Ids, Rehearse } from '../ports.ts';

export interface PatchRehearsalOptions {
  readonly files: Files;
  readonly ids: Ids;
  /** What was decided on. */
  readonly decided: PatchPlan;
  /** Plans the same patch anew. */
  plan(): Promise<PatchPlan>;
}

export class PatchRehearsal implements Rehearse {
  readonly #options: PatchRehearsalOptions;
  #last: { readonly id: string; readonly plan: PatchPlan } | null = null;

  constructor(options: PatchRehearsalOptions) {
    this.#options = options;
  }

  /** A patch runs nothing, so its plan is its whole effect: no copy is needed. */
  async run(): Promise<Rehearsal> {
    this.#last = null;
    const plan = await this.#options.plan();
    if (targets(plan) !== targets(this.#options.decided))
      throw new Error('The patch would write to other places by now than it was asked about. Decline it.');
    const id = this.#options.ids.next();
    this.#last = { id, plan };
    const { changes, notes, summary } = plan;
    return {
      rehearsalId: id,
      exitCode: null,
      output: summary.map((line) => `${line}\n`).join(''),
      changes: [...changes],
      limitation: notes.length === 0 ? null : notes.join(' '),
    };
  }

  async obstacle(rehearsalId: string): Promise<string | null> {
    const plan = this.planOf(rehearsalId);
    if (plan === null) return 'This rehearsal is not the last one of this request. Rehearse again.';
    const { files } = this.#options;
    for (const { path, realPath, before } of plan.files) {
      const now = (await files.stat(realPath)) === null ? null : await files.read(realPath);
      if (!sameBytes(now, before))
        return `${path} has changed since the rehearsal. Nothing was written; rehearse again, or answer otherwise.`;
    }
    return null;
  }

  /** The plan that was shown; null when it is not the last one. */
  planOf(rehearsalId: string): PatchPlan | null {
    return this.#last?.id === rehearsalId ? this.#last.plan : null;
  }
}

function targets(plan: PatchPlan): string {
  return JSON.stringify(plan.files.map(({ realPath, after }) => [realPath, after === null]));
}
