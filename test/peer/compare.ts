// Compares what two servers said, in plain form: what only one of them says, and what both say with other values.
import { diffArrays } from 'diff';
import type { Entry, Lanes } from './plain.ts';

const LONGEST_VALUE = 300;

/** Each difference in words; the same one is told once. */
export function differencesOf(bowline: Lanes, reference: Lanes): string[] {
  const found = new Set<string>();
  for (const lane of new Set([...bowline.keys(), ...reference.keys()])) {
    for (const text of inLane(bowline.get(lane) ?? [], reference.get(lane) ?? [])) found.add(text);
  }
  return [...found];
}

/** What stands side by side is compared, what stands alone is told. */
interface Pairing<T> {
  readonly ours: readonly T[];
  readonly theirs: readonly T[];
  labelOf(element: T): string;
  both(ours: T, theirs: T): Iterable<string>;
  alone(side: 'Bowline' | 'the reference', label: string): string;
}

function* paired<T>({ ours, theirs, labelOf, both, alone }: Pairing<T>): Generator<string> {
  let [atOurs, atTheirs] = [0, 0];
  for (const { added, removed, value } of diffArrays(theirs.map(labelOf), ours.map(labelOf))) {
    for (const label of value) {
      const [our, their] = [ours[atOurs], theirs[atTheirs]];
      if (added) yield alone('Bowline', label);
      else if (removed) yield alone('the reference', label);
      else if (our !== undefined && their !== undefined) yield* both(our, their);
      if (!removed) atOurs += 1;
      if (!added) atTheirs += 1;
    }
  }
}

function inLane(ours: readonly Entry[], theirs: readonly Entry[]): Iterable<string> {
  return paired({
    ours,
    theirs,
    labelOf: ({ label }) => label,
    both: (our, their) => [...inValues(our.value, their.value, '')].map((text) => `${our.label}: ${text}`),
    alone: (side, label) => `only ${side}: ${label}`,
  });
}

/** `path`: names with dots, `#` for an index. */
function* inValues(ours: unknown, theirs: unknown, path: string): Generator<string> {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    yield* paired<unknown>({
      ours,
      theirs,
      labelOf: elementLabel,
      both: (our, their) => inValues(our, their, `${path}.#`),
      alone: (side, label) => `${path} has ${label} with ${side} alone`,
    });
  } else if (isTree(ours) && isTree(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)]))
      yield* inValues(Reflect.get(ours, key), Reflect.get(theirs, key), path === '' ? key : `${path}.${key}`);
  } else if (ours !== theirs) yield `${path} is ${shown(ours)}, not ${shown(theirs)}`;
}

/** What tells elements apart: the kind of an item, the id of a turn or thread; the value itself where it has no members. */
function elementLabel(element: any): string {
  if (!isTree(element)) return shown(element);
  const { item, type, id, path }: any = element;
  return String(item?.type ?? type ?? id ?? path ?? shown(element));
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
