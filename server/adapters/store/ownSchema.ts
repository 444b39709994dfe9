// Whether the schema of a database is, word for word, the one that the migrations make: SQLite takes many a damaged word for another meaning.
import { integerOf, type Row } from './row.ts';
import { MIGRATIONS } from './schema.ts';

type SqliteModule = typeof import('node:sqlite');

/** Of the tables of SQLite's search index only the columns are the same with every version of it. */
const COLUMNS = "SELECT group_concat(name || ' ' || type || ' ' || pk) FROM pragma_table_info(sqlite_schema.name)";
const WORDS = `SELECT type, name, tbl_name, iif(name LIKE 'texts!_%' ESCAPE '!', (${COLUMNS}), sql) AS words FROM sqlite_schema
  WHERE name NOT LIKE 'sqlite!_autoindex%' ESCAPE '!' AND name NOT LIKE 'sqlite!_stat%' ESCAPE '!' ORDER BY type, name`;

/** `read` asks the database. That of a newer version is not known, and counts as its own. */
export function hasOwnSchema(sqlite: SqliteModule, read: (sql: string) => readonly Row[]): boolean {
  const version = integerOf(read('PRAGMA user_version')[0] ?? {}, 'user_version');
  return version > MIGRATIONS.length || JSON.stringify(read(WORDS)) === wordsOf(sqlite, version);
}

function wordsOf(sqlite: SqliteModule, version: number): string {
  const made = new sqlite.DatabaseSync(':memory:');
  try {
    for (const step of MIGRATIONS.slice(0, Math.max(0, version))) made.exec(step);
    return JSON.stringify(made.prepare(WORDS).all());
  } finally {
    made.close();
  }
}
