// The columns that recovery knows are those that the migrations make.
import { deepEqual } from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from '../../../../server/adapters/store/schema.ts';
import { TABLES } from '../../../../server/adapters/store/tables.ts';

describe('the tables of the store', () => {
  it('have the columns that recovery puts its rows into, and there are no others', () => {
    const database = new DatabaseSync(':memory:');
    for (const step of MIGRATIONS) database.exec(step);
    const made = database
      .prepare(
        `SELECT t.name AS name, group_concat(c.name, ' ' ORDER BY c.cid) AS columns FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
          WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' GROUP BY t.name`,
      )
      .all();
    database.close();
    deepEqual(
      new Map(made.map(({ name, columns }) => [name, columns])),
      new Map(Object.entries(TABLES).map(([name, columns]) => [name, columns.join(' ')])),
    );
  });
});
