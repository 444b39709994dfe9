// The tables of the thread database, and the steps that bring an older database up to them.

/**
 * One step per version, never edited once released: `PRAGMA user_version` says how many a database has had.
 *
 * `events` is the truth: append-only, `seq` orders the whole database. `turns` and `items` are projections that point at events and hold
 * no text of their own. An item without `event_seq` is open; what is saved of it lies in `partials`. A fork keeps only its base: the
 * thread it came from and how far it can see into it. `position` is an item's place among the items of its turn.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    recency_at_ms INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    cwd TEXT NOT NULL,
    model_provider TEXT NOT NULL,
    search_text TEXT NOT NULL,
    record TEXT NOT NULL,
    base_thread_id TEXT,
    base_ordinal INTEGER,
    base_seq INTEGER,
    base_model_seq INTEGER
  );
  CREATE INDEX threads_by_creation ON threads (archived, created_at_ms, id);
  CREATE INDEX threads_by_update ON threads (archived, updated_at_ms, id);
  CREATE INDEX threads_by_recency ON threads (archived, recency_at_ms, id);
  CREATE INDEX threads_by_base ON threads (base_thread_id, base_seq);

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX events_by_thread ON events (thread_id, seq);

  CREATE TABLE turns (
    thread_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    turn_id TEXT NOT NULL,
    started_seq INTEGER,
    completed_seq INTEGER,
    diff_seq INTEGER,
    plan_seq INTEGER,
    PRIMARY KEY (thread_id, ordinal)
  );
  CREATE UNIQUE INDEX turns_by_id ON turns (thread_id, turn_id);

  CREATE TABLE items (
    thread_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    item_id TEXT NOT NULL,
    event_seq INTEGER,
    PRIMARY KEY (thread_id, ordinal, item_id, type)
  );
  CREATE INDEX items_by_position ON items (thread_id, ordinal, position);

  CREATE TABLE partials (
    thread_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    item_id TEXT NOT NULL,
    type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (thread_id, ordinal, item_id, type)
  );

  CREATE TABLE model_items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX model_items_by_thread ON model_items (thread_id, seq);

  CREATE TABLE leases (
    thread_id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    client TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    machine TEXT NOT NULL,
    process_start TEXT,
    heartbeat_at_ms INTEGER
  );

  CREATE VIRTUAL TABLE texts USING fts5 (text, content = '', contentless_delete = 1);
  `,
  // `questions` has the open requests that outlive their process; its ids are never used twice. `held` has what belongs to the turns
  // that wait for them and is not yet a part of the conversation.
  `
  CREATE TABLE questions (
    request_id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX questions_by_thread ON questions (thread_id, request_id);

  CREATE TABLE held (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX held_by_thread ON held (thread_id, seq);
  `,
  // Where the process that holds a lease can be spoken to, as JSON with its secret; null where it cannot.
  `
  ALTER TABLE leases ADD COLUMN door TEXT;
  `,
  // What a thread has taken back, a projection of its `thread/reverted` events: turns from one ordinal up to another. They stay where
  // they are, and forks that were made before `seq` still see them. Ordinals are never used twice.
  `
  CREATE TABLE reverts (
    seq INTEGER PRIMARY KEY,
    thread_id TEXT NOT NULL,
    from_ordinal INTEGER NOT NULL,
    to_ordinal INTEGER NOT NULL
  );
  CREATE INDEX reverts_by_thread ON reverts (thread_id, seq);
  `,
  // `queue` has the prompts that wait for a turn's end, in the order of `place`. `messages` is a projection: which turn a message of a
  // client belongs to. Both change with the event that makes the message a part of its turn.
  `
  CREATE TABLE queue (
    thread_id TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (thread_id, id)
  );
  CREATE UNIQUE INDEX queue_by_client ON queue (thread_id, client_id);

  CREATE TABLE messages (
    thread_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    PRIMARY KEY (thread_id, client_id)
  );
  INSERT OR IGNORE INTO messages (thread_id, client_id, turn_id)
    SELECT thread_id, json_extract(body, '$.params.item.clientId'), json_extract(body, '$.params.turnId') FROM events
    WHERE json_extract(body, '$.method') = 'item/completed' AND json_extract(body, '$.params.item.type') = 'userMessage'
      AND json_extract(body, '$.params.item.clientId') IS NOT NULL;
  `,
  // Any three characters in a row can be found, in whatever script; `text_terms` finds shorter ones. Filled anew from the events.
  `
  DROP TABLE texts;
  CREATE VIRTUAL TABLE texts USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
  CREATE VIRTUAL TABLE text_terms USING fts5vocab (texts, instance);
  CREATE INDEX items_by_event ON items (event_seq);
  `,
  // What the user has sorted, marked and attached; none of it is a part of the conversation.
  `
  CREATE TABLE sections (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    appearance TEXT,
    place INTEGER NOT NULL
  );

  CREATE TABLE section_places (
    thread_id TEXT PRIMARY KEY,
    section_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    entered_at_ms INTEGER NOT NULL
  );
  CREATE INDEX section_places_by_section ON section_places (section_id, position);

  CREATE TABLE read_states (
    thread_id TEXT PRIMARY KEY,
    first_unread TEXT,
    revision TEXT NOT NULL
  );

  CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL,
    type TEXT NOT NULL,
    identity TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX attachments_by_thread ON attachments (thread_id, type, identity);
  CREATE INDEX attachments_by_identity ON attachments (type, identity, thread_id);
  `,
  // What was imported from another server, how far it was read there, and the last that was written for it here. A row stays when its
  // thread is deleted, so that it is not imported again.
  `
  CREATE TABLE imports (
    thread_id TEXT PRIMARY KEY,
    event_seq INTEGER NOT NULL,
    model_seq INTEGER NOT NULL,
    mark TEXT NOT NULL
  );
  `,
];

/** Databases of fewer steps than this have a search index that is filled anew. */
export const SEARCHED_SINCE = 6;
