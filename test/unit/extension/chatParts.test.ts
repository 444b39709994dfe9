// The pure parts of the chat: batches, drafts, file ranking, the page's frame.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerNotification } from '../../../server/protocol/methods.ts';
import { Drafts, EMPTY_DRAFT } from '../../../src/chat/drafts.ts';
import { rankFiles, scoreOf } from '../../../src/chat/fileRanking.ts';
import { join, NotificationBatch } from '../../../src/chat/notificationBatch.ts';
import { pageHtml } from '../../../src/chat/pageHtml.ts';

const delta = (itemId: string, text: string): ServerNotification => ({
  method: 'item/agentMessage/delta',
  params: { threadId: 't', turnId: 'u', itemId, delta: text },
});

describe('notification batch', () => {
  it('joins neighbours of the same text alone', () => {
    deepEqual(join(delta('a', 'x'), delta('a', 'y')), delta('a', 'xy'));
    equal(join(delta('a', 'x'), delta('b', 'y')), null);
    const output: ServerNotification = {
      method: 'item/commandExecution/outputDelta',
      params: { threadId: 't', turnId: 'u', itemId: 'a', delta: 'z' },
    };
    equal(join(delta('a', 'x'), output), null);
    const summary = (summaryIndex: number): ServerNotification => ({
      method: 'item/reasoning/summaryTextDelta',
      params: { threadId: 't', turnId: 'u', itemId: 'a', delta: 's', summaryIndex },
    });
    equal(join(summary(0), summary(1)), null);
    ok(join(summary(1), summary(1)) !== null);
  });

  it('loses no character and keeps the order, however it is flushed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.string(), fc.boolean())), (steps) => {
        const sent: ServerNotification[] = [];
        const batch = new NotificationBatch((notifications) => sent.push(...notifications));
        for (const [id, text, flush] of steps) {
          batch.push(delta(id, text));
          if (flush) batch.flush();
        }
        batch.flush();
        const told = (of: readonly ServerNotification[]) =>
          of.flatMap((one) => {
            ok(one.method === 'item/agentMessage/delta');
            return Array.from(one.params.delta, (character) => [one.params.itemId, character]);
          });
        deepEqual(told(sent), told(steps.map(([id, text]) => delta(id, text))));
      }),
    );
  });
});

describe('drafts', () => {
  it('come back as they were, and an empty one leaves nothing', async () => {
    const values = new Map<string, unknown>();
    const memory = {
      get: (key: string) => values.get(key),
      update: (key: string, value: unknown) =>
        Promise.resolve(void (value === undefined ? values.delete(key) : values.set(key, value))),
    };
    const drafts = new Drafts(memory);
    await drafts.set('t', { text: 'x', attachments: [], messageId: 'm' });
    deepEqual(new Drafts(memory).get('t'), { text: 'x', attachments: [], messageId: 'm' });
    deepEqual(drafts.get(null), EMPTY_DRAFT);
    await drafts.set('t', EMPTY_DRAFT);
    equal(values.size, 0);
  });

  it('survive whatever stands in the memory', () => {
    for (const value of [undefined, null, 7, 'x', {}, { text: 1, attachments: [] }, { text: 'x', attachments: [7] }]) {
      deepEqual(new Drafts({ get: () => value, update: () => Promise.resolve() }).get('t'), EMPTY_DRAFT);
    }
  });
});

describe('file ranking', () => {
  const files = ['src/app/login.ts', 'src/login/index.ts', 'docs/logging.md', 'src/lib/origin.ts', 'README.md'].map(
    (relativePath) => ({ relativePath }),
  );
  const found = (query: string) => rankFiles(files, query, 10).map(({ relativePath }) => relativePath);

  it('puts the name before the path, and the whole before its parts', () => {
    deepEqual(found('login').slice(0, 2), ['src/app/login.ts', 'src/login/index.ts']);
    deepEqual(found('log').slice(0, 3), ['docs/logging.md', 'src/app/login.ts', 'src/login/index.ts']);
    deepEqual(found('rdm'), ['README.md']);
    deepEqual(found('app/login'), ['src/app/login.ts']);
    deepEqual(found('zzz'), []);
  });

  it('gives the first ones for an empty query, and at most as many as wanted', () => {
    equal(rankFiles(files, '', 2).length, 2);
    equal(rankFiles(files, 's', 1).length, 1);
  });

  it('finds every path by its own letters', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z/]{1,30}$/), (path) => scoreOf(path, path) > 0));
  });
});

describe('page', () => {
  const html = pageHtml({ cspSource: 'https://x', script: 's.js', style: 's.css', codicons: 'c.css' });

  it('runs no script but ours and loads nothing from elsewhere', () => {
    match(html, /default-src 'none'/);
    match(html, /img-src https:\/\/x data: blob:/);
    ok(!/unsafe-inline|unsafe-eval|connect-src/.test(html));
    const nonce = /script-src 'nonce-([^']+)'/.exec(html)?.[1];
    ok(nonce !== undefined && html.includes(`<script type="module" nonce="${nonce}" src="s.js">`));
  });

  it('has a new nonce each time', () => {
    const again = pageHtml({ cspSource: 'https://x', script: 's.js', style: 's.css', codicons: 'c.css' });
    ok(again !== html);
  });
});
