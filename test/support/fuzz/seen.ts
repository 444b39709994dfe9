// What a server has told so far, by kind, so that made-up requests can name threads, turns and cursors that there are.

const KEPT = 12;
/** Kinds that a client names itself: few, so that they meet. */
const OWN_NAMES = ['one', 'two', 'three'];
const KINDS = [
  'thread',
  'turn',
  'item',
  'cursor',
  'section',
  'attachment',
  'rule',
  'submission',
  'request',
  'revision',
];

export class Seen {
  readonly #byKind = new Map<string, unknown[]>();
  readonly #paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** What it knew is there no more. */
  forget(): void {
    this.#byKind.clear();
  }

  /** Remembers ids and cursors of a message of the server. */
  learn(message: object): void {
    if ('method' in message && 'id' in message) this.#keep('request', message.id);
    if ('params' in message) this.#learnIn(message.params, 'params');
    else if ('result' in message) this.#learnIn(message.result, 'result');
  }

  /** The same value with its references replaced. */
  resolved(value: unknown): unknown {
    if (typeof value === 'string') return this.#word(value);
    if (Array.isArray(value)) return value.map((entry) => this.resolved(entry));
    if (typeof value !== 'object' || value === null) return value;
    const result: object = {};
    for (const [name, member] of Object.entries(value)) {
      const known = { value: this.resolved(member), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(result, name, known);
    }
    return result;
  }

  #learnIn(value: unknown, holder: string, depth = 0): void {
    if (typeof value !== 'object' || value === null || depth > 6) return;
    if (Array.isArray(value)) {
      for (const entry of value.slice(0, 5)) this.#learnIn(entry, holder, depth + 1);
      return;
    }
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'object') this.#learnIn(member, name, depth + 1);
      else if (typeof member === 'string' && member.length < 400 && /id$|cursor|revision|version|hash/i.test(name))
        this.#keep(name === 'id' ? kindOf(value, holder) : kindNamed(name), member);
    }
  }

  /** The newest first: what happens now has more to it than what is over. */
  #word(text: string): unknown {
    const [, name, digits] = /^@@(.+)\/(\d+)$/.exec(text) ?? [];
    if (name === undefined) return text;
    const known = name === 'path' ? this.#paths : (this.#byKind.get(kindNamed(name)) ?? OWN_NAMES);
    return known.at(-1 - (Number(digits) % known.length)) ?? name;
  }

  #keep(kind: string, value: unknown): void {
    const known = this.#byKind.get(kind) ?? [];
    if (known.includes(value)) return;
    this.#byKind.set(kind, [...known, value].slice(-KEPT));
  }
}

/** What has an `id`, by the member that holds it, or by its other members. */
function kindOf(value: object, holder: string): string {
  if ('sessionId' in value && 'turns' in value) return 'thread';
  if ('itemsView' in value) return 'turn';
  if ('appearance' in value) return 'section';
  return 'type' in value && holder === 'items' ? 'item' : kindNamed(holder);
}

function kindNamed(name: string): string {
  return KINDS.find((kind) => name.toLowerCase().includes(kind)) ?? name;
}
