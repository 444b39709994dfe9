// Reads the rows of a damaged database from its pages themselves, where the tree that led to them is broken.
import { FileParts, openParts, PAGE, pagesOf, pagesWithLog, type Pages } from './pageFile.ts';
import type { Cell, Row } from './row.ts';
import { inOrder, type Placed } from './rowOrder.ts';
import { TABLES } from './tables.ts';

const TABLE_LEAF = 0x0d;
/** The first page begins with the header of the file. */
const FILE_HEADER = 100;

type Kind = 'text' | 'integer' | 'null';

/** What may stand in each column of a table. One that is the rowid itself is stored as null. */
const KINDS = {
  threads: 't i i i i t t t t t? i? i? i?',
  events: 'n t i t',
  model_items: 'n t i t t',
  turns: 't i t i? i? i? i?',
  partials: 't i t t i t',
  queue: 't t t i t',
} as const;

export type SalvagedTable = keyof typeof KINDS;

export interface Salvaged {
  readonly table: SalvagedTable;
  /** Its rowid. */
  readonly place: number;
  readonly row: Row;
  /** Its rowid is damaged. */
  readonly isDoubtful: boolean;
}

/**
 * First from the pages as the log beside the file says that they are, then from those of the file alone: the log may be what is damaged.
 * What a deletion has given back is left out, as far as that can be told.
 */
export function* salvageRows(path: string): Generator<Salvaged> {
  const file = new FileParts(path);
  const log = openParts(`${path}-wal`);
  try {
    const main = pagesOf(file);
    const together = log === null ? null : pagesWithLog(main, log);
    if (together !== null) yield* rowsIn(together);
    yield* rowsIn(main);
  } finally {
    file.close();
    log?.close();
  }
}

function* rowsIn(pages: Pages): Generator<Salvaged> {
  const free = freePages(pages);
  for (const number of pages.numbers()) {
    const page = free.has(number) ? undefined : pages.get(number);
    if (page === undefined) continue;
    for (const { place, row: payload, isDoubtful } of inOrder(leafCells(pages, number, page), { first: null })) {
      const found = rowOf(place, payload);
      if (found !== undefined) yield { ...found, place, isDoubtful };
    }
  }
}

/**
 * The list of free pages begins in the file's header; each of its trunks names the next one and its leaves. It counts only with as many
 * pages as the header says: a damaged one would take pages in use for free.
 */
function freePages(pages: Pages): ReadonlySet<number> {
  const free = new Set<number>();
  const header = pages.get(1);
  if (header === undefined || header.toString('latin1', 0, 15) !== 'SQLite format 3') return free;
  for (let trunk = header.readUInt32BE(32); trunk !== 0 && !free.has(trunk);) {
    const page = pages.get(trunk);
    if (page === undefined) break;
    free.add(trunk);
    const count = Math.min(page.readUInt32BE(4), PAGE / 4 - 2);
    for (let leaf = 0; leaf < count; leaf += 1) free.add(page.readUInt32BE(8 + leaf * 4));
    trunk = page.readUInt32BE(0);
  }
  return free.size === header.readUInt32BE(36) ? free : new Set();
}

function* leafCells(pages: Pages, number: number, page: Buffer): Generator<Placed<Buffer>> {
  const start = number === 1 ? FILE_HEADER : 0;
  if (page[start] !== TABLE_LEAF) return;
  const count = page.readUInt16BE(start + 3);
  for (let cell = 0; cell < count; cell += 1) {
    const pointer = start + 8 + cell * 2;
    if (pointer + 2 > PAGE) return;
    const found = cellAt(pages, page, page.readUInt16BE(pointer));
    if (found !== undefined) yield found;
  }
}

function cellAt(pages: Pages, page: Buffer, at: number): Placed<Buffer> | undefined {
  const size = varint(page, at);
  const rowid = size === undefined ? undefined : varint(page, size.end);
  if (size === undefined || rowid === undefined || size.value > pages.bytes) return undefined;
  const payload = payloadAt(pages, page.subarray(rowid.end), size.value);
  return payload === undefined ? undefined : { place: rowid.value, row: payload };
}

/** A long row stands partly in the page, and goes on in a chain of others. */
function payloadAt(pages: Pages, rest: Buffer, size: number): Buffer | undefined {
  const most = PAGE - 35;
  if (size <= most) return rest.length < size ? undefined : rest.subarray(0, size);
  const least = Math.floor(((PAGE - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (PAGE - 4));
  const here = wanted <= most ? wanted : least;
  if (rest.length < here + 4) return undefined;
  const pieces = [rest.subarray(0, here)];
  let missing = size - here;
  let next = rest.readUInt32BE(here);
  while (missing > 0) {
    const page = pages.get(next);
    if (page === undefined) return undefined;
    pieces.push(page.subarray(4, 4 + Math.min(missing, PAGE - 4)));
    missing -= PAGE - 4;
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(pieces);
}

/** Of the table whose columns it fits; nothing when it fits none. */
function rowOf(rowid: number, payload: Buffer): Pick<Salvaged, 'table' | 'row'> | undefined {
  const values = valuesOf(payload);
  if (values === undefined || rowid <= 0) return undefined;
  for (const [table, kinds] of Object.entries(KINDS)) {
    const wanted = kinds.split(' ');
    if (!isTable(table) || values.length !== wanted.length) continue;
    if (!values.every((value, index) => fits(value, wanted[index] ?? ''))) continue;
    const row: Row = {};
    TABLES[table].forEach((name, index) => (row[name] = wanted[index] === 'n' ? rowid : (values[index] ?? null)));
    return { table, row };
  }
  return undefined;
}

function isTable(name: string): name is SalvagedTable {
  return Object.hasOwn(KINDS, name);
}

function fits(value: Cell, wanted: string): boolean {
  const kinds: Readonly<Record<string, readonly Kind[]>> = {
    t: ['text'],
    i: ['integer'],
    n: ['null'],
    't?': ['text', 'null'],
    'i?': ['integer', 'null'],
  };
  const kind = value === null ? 'null' : typeof value === 'string' ? 'text' : 'integer';
  return typeof value !== 'bigint' && (kinds[wanted] ?? []).includes(kind);
}

/** The values of a record; nothing when it is none, or has what no thread database stores: numbers with a fraction, and bytes. */
function valuesOf(payload: Buffer): Cell[] | undefined {
  const header = varint(payload, 0);
  if (header === undefined || header.value > payload.length) return undefined;
  const values: Cell[] = [];
  let body = header.value;
  for (let at = header.end; at < header.value;) {
    const type = varint(payload, at);
    if (type === undefined) return undefined;
    at = type.end;
    const length = lengthOf(type.value);
    if (length === undefined || body + length > payload.length) return undefined;
    values.push(valueOf(type.value, payload.subarray(body, body + length)));
    body += length;
  }
  return values;
}

const INTEGER_LENGTHS = [0, 1, 2, 3, 4, 6, 8];

function lengthOf(type: number): number | undefined {
  if (type <= 6) return INTEGER_LENGTHS[type];
  if (type === 8 || type === 9) return 0;
  return type >= 13 && type % 2 === 1 ? (type - 13) / 2 : undefined;
}

function valueOf(type: number, bytes: Buffer): Cell {
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type >= 13) return bytes.toString('utf8');
  return bytes.length === 8 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}

/** Seven bits of each byte, the highest first, while the eighth is set; the ninth byte counts whole. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
    if (index === 8 || byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}
