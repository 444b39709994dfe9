// What can happen to the files of a thread database, and which of its rows nothing has touched.
import fc, { type Arbitrary } from 'fast-check';
import {
  FRAME,
  PAGE,
  WAL_HEADER,
  type Generation,
  type StoredRow,
  type Template,
  type TemplateSize,
} from './storeTemplate.ts';

type Damage =
  | { readonly type: 'truncate'; readonly at: number }
  | { readonly type: 'flip'; readonly at: number; readonly bit: number; readonly within?: 'rows' | 'schema' }
  | { readonly type: 'zero' | 'scribble'; readonly at: number; readonly pages: number; readonly within?: 'rows' };

export interface StoreCase {
  readonly size: TemplateSize;
  /** Which main file lies beside which log. */
  readonly files: 'newest' | 'older with log' | 'older without log' | 'oldest with log';
  readonly main: readonly Damage[];
  readonly wal: readonly Damage[];
  /** Who meets the damage. Where servers cannot help themselves the doctor comes after them in any case. */
  readonly visitor: 'server' | 'doctor' | 'server and doctor';
  /** Whether a server only opens it first, and uses nothing. */
  readonly isOpenedFirst: boolean;
}

/** As a part of the file's length, or of the pages that hold rows or the schema: most of a small file is roots of empty tables. */
const at = fc.integer({ min: 0, max: 999_999 }).map((part) => part / 1_000_000);

/** Within the first page's header, where a bit tells most. */
const headerPlace = fc.integer({ min: 0, max: 400 }).map((part) => part / 1_000_000);

const damage: Arbitrary<Damage> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('truncate' as const), at }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('flip' as const),
      at,
      bit: fc.nat(7),
      within: fc.constantFrom('rows' as const, 'rows' as const, 'schema' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('flip' as const),
      at: headerPlace,
      bit: fc.nat(7),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        type: fc.constantFrom('zero' as const, 'scribble' as const),
        at,
        pages: fc.integer({ min: 1, max: 4 }),
        within: fc.constant('rows' as const),
      },
      { requiredKeys: ['type', 'at', 'pages'] },
    ),
  },
);

const some = fc.array(damage, { minLength: 1, maxLength: 4 });
const none = fc.constant<readonly Damage[]>([]);

export const storeCase: Arbitrary<StoreCase> = fc.record({
  size: fc.oneof(
    { weight: 29, arbitrary: fc.constant('small' as const) },
    { weight: 1, arbitrary: fc.constant('large' as const) },
  ),
  files: fc.constantFrom('newest', 'older with log', 'older without log', 'oldest with log'),
  main: fc.oneof({ weight: 7, arbitrary: some }, { weight: 1, arbitrary: none }),
  wal: fc.oneof(none, some),
  visitor: fc.oneof(
    { weight: 6, arbitrary: fc.constant('server' as const) },
    { weight: 1, arbitrary: fc.constant('doctor' as const) },
    { weight: 1, arbitrary: fc.constant('server and doctor' as const) },
  ),
  isOpenedFirst: fc.nat(3).map((n) => n === 0),
});

/** In a log no place is known. */
const NO_PAGES: Generation['pages'] = { rows: [], schema: [] };

export interface DamagedFiles {
  readonly main: Buffer;
  readonly wal: Buffer | null;
  /** Of the rows that were stored, those that lie in pages which are as they were. */
  readonly untouched: readonly StoredRow[];
  readonly isTouched: boolean;
}

export function damaged(templates: Readonly<Record<TemplateSize, Template>>, given: StoreCase): DamagedFiles {
  const template = templates[given.size];
  const { base, hasLog } = {
    newest: { base: template.newest, hasLog: false },
    'older with log': { base: template.older, hasLog: true },
    'older without log': { base: template.older, hasLog: false },
    'oldest with log': { base: template.oldest, hasLog: true },
  }[given.files];
  const main = given.main.reduce((bytes, one) => after(bytes, one, base.pages), base.main);
  const wal = hasLog ? given.wal.reduce((bytes, one) => after(bytes, one, NO_PAGES), template.wal) : null;
  const inLog = wal === null ? null : pagesInLog(template.wal, wal);
  const isWhole = (page: number): boolean => isSame(base.main, main, (page - 1) * PAGE);
  const untouched = base.rows.filter(({ pages }) =>
    pages.every((page) => isWhole(page) && inLog?.pages.has(page) !== true),
  );
  if (inLog !== null && inLog.isAll) {
    const fromOlder = given.files === 'older with log';
    const isThere = (page: number): boolean => inLog.pages.has(page) || (fromOlder && isWhole(page));
    untouched.push(...template.newest.rows.filter(({ pages }) => pages.every(isThere)));
  }
  const isTouched =
    !main.equals(base.main) || (wal !== null && !wal.equals(template.wal)) || given.files === 'oldest with log';
  return { main, wal, untouched, isTouched };
}

function after(bytes: Buffer, given: Damage, pages: Generation['pages']): Buffer {
  const within = given.type === 'truncate' || given.within === undefined ? [] : pages[given.within];
  const place = within.length > 0 ? placeIn(within, given.at) : Math.floor(given.at * bytes.length);
  const result = Buffer.from(bytes);
  switch (given.type) {
    case 'truncate':
      return result.subarray(0, place);
    case 'flip':
      if (place < result.length) result[place] = (result[place] ?? 0) ^ (1 << given.bit);
      return result;
    case 'zero':
    case 'scribble': {
      const start = Math.floor(place / PAGE) * PAGE;
      return result.fill(given.type === 'zero' ? 0 : 0xa5, start, Math.min(result.length, start + given.pages * PAGE));
    }
  }
}

function placeIn(pages: readonly number[], part: number): number {
  const place = Math.floor(part * pages.length * PAGE);
  return ((pages[Math.floor(place / PAGE)] ?? 1) - 1) * PAGE + (place % PAGE);
}

function isSame(before: Buffer, now: Buffer, start: number): boolean {
  return start + PAGE <= now.length && before.subarray(start, start + PAGE).equals(now.subarray(start, start + PAGE));
}

/** A log counts up to its last commit before the first byte that is not as it was: each frame vouches for all before it. */
function pagesInLog(before: Buffer, now: Buffer): { readonly pages: ReadonlySet<number>; readonly isAll: boolean } {
  const pages = new Set<number>();
  let since: number[] = [];
  if (!before.subarray(0, WAL_HEADER).equals(now.subarray(0, WAL_HEADER))) return { pages, isAll: false };
  let start = WAL_HEADER;
  for (; start + FRAME <= before.length; start += FRAME) {
    if (!before.subarray(start, start + FRAME).equals(now.subarray(start, start + FRAME))) break;
    since.push(before.readUInt32BE(start));
    if (before.readUInt32BE(start + 4) === 0) continue;
    for (const page of since) pages.add(page);
    since = [];
  }
  return { pages, isAll: start + FRAME > before.length };
}
