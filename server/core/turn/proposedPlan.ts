// Takes proposed plans out of streamed text: a plan stands between two lines that hold nothing but its tags.

/** A piece of the text, or the begin of a plan. */
export type PlanPiece = { readonly type: 'text' | 'plan'; readonly text: string } | { readonly type: 'planStarted' };

const OPEN = '<proposed_plan>';
const CLOSE = '</proposed_plan>';

/** However the text is cut into deltas, the pieces of one kind that follow one another are the same text. */
export class PlanSplitter {
  #isInPlan = false;
  /** The begin of a line that may still turn out to be a tag. */
  #held = '';
  /** The line that is being read is known to be none. */
  #isPlainLine = false;

  push(delta: string): PlanPiece[] {
    const pieces: PlanPiece[] = [];
    for (const part of delta.split(/(?<=\n)/)) this.#take(part, pieces);
    return pieces;
  }

  end(): PlanPiece[] {
    const pieces: PlanPiece[] = [];
    if (this.#held !== '') this.#endLine(pieces);
    return pieces;
  }

  /** `part` has a line break at its end at most. */
  #take(part: string, pieces: PlanPiece[]): void {
    if (this.#isPlainLine) {
      this.#isPlainLine = !part.endsWith('\n');
      this.#tell(part, pieces);
      return;
    }
    this.#held += part;
    if (part.endsWith('\n')) return this.#endLine(pieces);
    if (mayBecome(this.#held, this.#tag)) return;
    this.#isPlainLine = true;
    this.#release(pieces);
  }

  #endLine(pieces: PlanPiece[]): void {
    if (this.#held.trim() !== this.#tag) return this.#release(pieces);
    this.#held = '';
    this.#isInPlan = !this.#isInPlan;
    if (this.#isInPlan) pieces.push({ type: 'planStarted' });
  }

  #release(pieces: PlanPiece[]): void {
    const held = this.#held;
    this.#held = '';
    this.#tell(held, pieces);
  }

  #tell(text: string, pieces: PlanPiece[]): void {
    if (text !== '') pieces.push({ type: this.#isInPlan ? 'plan' : 'text', text });
  }

  get #tag(): string {
    return this.#isInPlan ? CLOSE : OPEN;
  }
}

function mayBecome(line: string, tag: string): boolean {
  const words = line.trimStart();
  return tag.startsWith(words) || words.trimEnd() === tag;
}

/** A whole message: what is said beside the plans, and the last plan; null when there is none. */
export function splitPlan(message: string): { readonly text: string; readonly plan: string | null } {
  const splitter = new PlanSplitter();
  let text = '';
  let plan: string | null = null;
  for (const piece of [...splitter.push(message), ...splitter.end()]) {
    if (piece.type === 'planStarted') plan = '';
    else if (piece.type === 'plan') plan = (plan ?? '') + piece.text;
    else text += piece.text;
  }
  return { text, plan };
}
