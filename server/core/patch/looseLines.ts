// Compares lines ever more loosely, because models retype whitespace and punctuation.

/** How loosely two lines were held equal, from exactly to with look-alike punctuation. */
export const LOOSENESS = [
  'exactly',
  'without trailing whitespace',
  'without indentation',
  'with plain punctuation',
] as const;
export type Looseness = (typeof LOOSENESS)[number];

const LOOK_ALIKES: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g, '-'],
  [/[\u2018-\u201B\u2032]/g, "'"],
  [/[\u201C-\u201F\u2033]/g, '"'],
  [/[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g, ' '],
  [/\u2026/g, '...'],
  [/[\u200B-\u200D\u2060\uFEFF]/g, ''],
];

/** The form of a line that is equal for all lines held equal. */
export function loosened(line: string, looseness: Looseness): string {
  switch (looseness) {
    case 'exactly':
      return line;
    case 'without trailing whitespace':
      return line.trimEnd();
    case 'without indentation':
      return line.trim();
    case 'with plain punctuation':
      return LOOK_ALIKES.reduce((text, [pattern, plain]) => text.replace(pattern, plain), line).trim();
    default:
      return looseness satisfies never;
  }
}

/** The lines of a file, searched with any looseness; each form is made once. */
export class LooseLines {
  readonly #forms = new Map<Looseness, readonly string[]>();
  readonly texts: readonly string[];

  constructor(texts: readonly string[]) {
    this.texts = texts;
  }

  form(looseness: Looseness): readonly string[] {
    const known = this.#forms.get(looseness);
    if (known !== undefined) return known;
    const made = this.texts.map((text) => loosened(text, looseness));
    this.#forms.set(looseness, made);
    return made;
  }

  /** Every index at which all lines of `wanted` stand one after the other. */
  places(wanted: readonly string[], looseness: Looseness): number[] {
    const lines = this.form(looseness);
    const form = wanted.map((line) => loosened(line, looseness));
    const places: number[] = [];
    for (let at = lines.indexOf(form[0] ?? ''); at !== -1; at = lines.indexOf(form[0] ?? '', at + 1))
      if (form.every((line, offset) => lines[at + offset] === line)) places.push(at);
    return places;
  }

  /** The places found with the least looseness that finds any; null when nothing does. */
  findLoosely(wanted: readonly string[]): { readonly places: readonly number[]; readonly looseness: Looseness } | null {
    for (const looseness of LOOSENESS) {
      const places = this.places(wanted, looseness);
      if (places.length > 0) return { places, looseness };
    }
    return null;
  }
}
