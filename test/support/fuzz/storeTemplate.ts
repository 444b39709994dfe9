// Thread databases as a server leaves them: an older one, a newer one, and the log that leads from the one to the other.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PINNED_SECTION_ID } from '../../../server/protocol/schema/threadShelf.ts';
import type { ThreadStore } from '../../../server/core/thread/threadStore.ts';
import { openThreadStore } from '../../../server/adapters/store/openThreadStore.ts';
import { ManualClock, messageItem, recordOf, Script, silentLog } from '../../unit/adapters/store/fixture.ts';

export const PAGE = 4096;
export const WAL_HEADER = 32;
export const FRAME = 24 + PAGE;
export const THREADS = ['a', 'b', 'c'];

/** How many turns each generation has; most cases take the small one, which costs a fifth. */
const TURNS = { small: [3, 5, 8], large: [10, 24, 40] } as const;
export type TemplateSize = keyof typeof TURNS;

/** What only these tables say: all others follow from the events, or stand in one page with what they say. */
export const KEPT_TABLES = ['events', 'model_items', 'queue'] as const;

/** A row as it was stored, and the pages that hold it, from 1. */
export interface StoredRow {
  readonly table: (typeof KEPT_TABLES)[number];
  readonly rowid: number;
  readonly body: string;
  readonly pages: readonly number[];
}

export interface Generation {
  readonly main: Buffer;
  readonly rows: readonly StoredRow[];
  /** Those that hold any of them, and those that say which tables there are. */
  readonly pages: { readonly rows: readonly number[]; readonly schema: readonly number[] };
}

export interface Template {
  readonly oldest: Generation;
  readonly older: Generation;
  readonly newest: Generation;
  /** From `older` to `newest`. */
  readonly wal: Buffer;
}

/** Those of both sizes. `folder` is there. */
export async function makeTemplates(folder: string): Promise<Readonly<Record<TemplateSize, Template>>> {
  return { small: await makeTemplate(folder, 'small'), large: await makeTemplate(folder, 'large') };
}

async function makeTemplate(folder: string, size: TemplateSize): Promise<Template> {
  const [first, second, third] = TURNS[size];
  const home = join(folder, size);
  const path = join(home, 'threads.db');
  mkdirSync(home);
  const write = async (work: (store: ThreadStore) => void, copyTo: string | null): Promise<void> => {
    const store = await openThreadStore({ home, clock: new ManualClock(), log: silentLog });
    work(store);
    // while it is open the log is there: the last to close folds it into the file
    if (copyTo !== null) copyFileSync(`${path}-wal`, copyTo);
    store.close();
  };
  await write((store) => {
    for (const id of THREADS) store.create(recordOf(id, { name: `Thread ${id}` }), null);
    store.shelf.move('a', { sectionId: PINNED_SECTION_ID, beforeThreadId: null, atMs: 0 });
    fill(store, 0, first);
  }, null);
  const oldest = generationOf(path);
  await write((store) => {
    fill(store, first, second);
    store.create(recordOf('fork', { forkedFromId: 'a' }), { threadId: 'a', lastTurnId: 'a-3' });
    store.append('fork', new Script('fork').turn('fork-1'));
  }, null);
  const older = generationOf(path);
  const walCopy = join(folder, `${size}-wal`);
  await write((store) => fill(store, second, third), walCopy);
  return { oldest, older, newest: generationOf(path), wal: readFileSync(walCopy) };
}

/** Turns of all threads, one after the other; some texts are longer than a page. */
function fill(store: ThreadStore, from: number, until: number): void {
  for (let turn = from; turn < until; turn += 1) {
    const id = THREADS[turn % THREADS.length] ?? 'a';
    const script = new Script(id);
    store.append(id, script.turn(`${id}-${turn}`, `answer ${turn} `.repeat(turn % 7 === 3 ? 900 : 20)));
  }
  store.enqueue('b', {
    id: `prompt-${until}`,
    input: [{ type: 'text', text: `prompt ${until}`, text_elements: [] }],
    clientUserMessageId: `message-${until}`,
    responsesapiClientMetadata: null,
  });
  store.append('b', [
    new Script('b').started(`open-${until}`),
    new Script('b').partial(`open-${until}`, messageItem(`part-${until}`, 'so far', null)),
  ]);
}

function generationOf(path: string): Generation {
  const database = new DatabaseSync(path);
  try {
    const rows = KEPT_TABLES.flatMap((table) => rowsIn(database, table));
    const schema = database.prepare("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'").all();
    const pages = {
      rows: [...new Set(rows.flatMap((row) => row.pages))],
      schema: schema.map(({ pageno }) => Number(pageno)),
    };
    return { main: readFileSync(path), rows, pages };
  } finally {
    database.close();
  }
}

function rowsIn(database: DatabaseSync, table: StoredRow['table']): readonly StoredRow[] {
  const rows = database.prepare(`SELECT rowid AS its_rowid, body FROM ${table} ORDER BY rowid`).all();
  const pages = database
    .prepare('SELECT path, pageno, pagetype, ncell FROM dbstat WHERE name = ? ORDER BY path')
    .all(table);
  const overflow = pages.filter(({ pagetype }) => pagetype === 'overflow');
  const places = pages
    .filter(({ pagetype }) => pagetype === 'leaf')
    .flatMap((leaf) =>
      Array.from({ length: Number(leaf['ncell']) }, (_, cell) => {
        const start = `${String(leaf['path'])}${cell.toString(16).padStart(3, '0')}+`;
        const more = overflow.filter((page) => String(page['path']).startsWith(start));
        return [Number(leaf['pageno']), ...more.map(({ pageno }) => Number(pageno))];
      }),
    );
  return rows.map((row, index) => ({
    table,
    rowid: Number(row['its_rowid']),
    body: String(row['body']),
    pages: places[index] ?? [],
  }));
}
