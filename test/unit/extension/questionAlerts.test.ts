// What points to a question of the agent: a notification while nobody sees it, a row of the inbox, and the status bar.
import { deepEqual, equal, match } from 'node:assert/strict';
import type { RequestId } from '../../../server/protocol/jsonrpc.ts';
import { inboxRows, rowLook, type QuestionRow } from '../../../src/approvals/inboxRows.ts';
import { Emitter } from '../../../src/emitter.ts';
import { alertText, QuestionAlerts } from '../../../src/questions/questionAlerts.ts';
import { waitingWords } from '../../../src/statusLook.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { question, RETENTION, STORAGE } from '../../support/planScenes.ts';
import { FakePort, opened, QUIET } from './fakePort.ts';

const asked = question([STORAGE, RETENTION], { threadId: 'a' });

async function setUp(chat: { isVisible: boolean; shownThreadId: string | null }) {
  const fake = new FakePort({ 'thread/start': () => opened('a') });
  const store = new ThreadStore(fake.port, QUIET);
  await store.start({});
  const log: string[] = [];
  const onDidShowThread = new Emitter<void>();
  const notifications = {
    show: (id: RequestId) => Promise.resolve(void log.push(`show ${id}`)),
    close: (id: RequestId) => void log.push(`close ${id}`),
  };
  const failed = (error: unknown): never => {
    throw error;
  };
  new QuestionAlerts({ store, chat, onDidShowThread: onDidShowThread.event, notifications, failed });
  const ask = (): void => void fake.ask(asked).catch(() => undefined); // a test that answers it looks at the alerts
  return { fake, store, log, ask, chat, onDidShowThread };
}

describe('a question of the agent', () => {
  it('is pointed to once while the chat does not show it, until it is answered', async () => {
    const { store, log, ask } = await setUp({ isVisible: false, shownThreadId: 'a' });
    ask();
    ask();
    deepEqual(log, ['show ask-1']);
    store.answer('ask-1', { answers: {} });
    deepEqual(log, ['show ask-1', 'close ask-1']);
  });

  it('needs no pointer where it is seen, and none any more once it is', async () => {
    const seen = await setUp({ isVisible: true, shownThreadId: 'a' });
    seen.ask();
    deepEqual(seen.log, []);
    const other = await setUp({ isVisible: true, shownThreadId: 'b' });
    other.ask();
    other.chat.shownThreadId = 'a';
    other.onDidShowThread.fire();
    deepEqual(other.log, ['show ask-1', 'close ask-1']);
  });

  it('is told in one line that no words of the agent turn into a link', () => {
    const sly = { ...STORAGE, question: 'Why\nnot [this](command:evil)?' };
    const text = alertText(question([sly, RETENTION]));
    match(
      text,
      /^Bowline asks: Why not ⟦this⟧\(command:evil\)\? \(and 1 more\) \[Answer in the Chat\]\(command:bowline\.answerQuestion\?/,
    );
  });

  it('is a row of the inbox after the approvals, without an age that nobody knows', () => {
    const row: QuestionRow = { kind: 'question', request: asked, threadTitle: 'A log' };
    equal(inboxRows([], [], [row])[0], row);
    const look = rowLook(row, 60_000);
    deepEqual([look.label, look.description, look.context], [STORAGE.question, 'Question · A log', 'question']);
    const late = { ...row, request: question([STORAGE], { startedAtMs: 60_000 }) };
    match(rowLook(late, 6 * 60_000).description, /Question · A log · .*5/);
  });

  it('is counted under its own name', () => {
    const words = (all: number, questions: number) => Object.values(waitingWords({ all, questions })).join(' | ');
    deepEqual(
      [words(1, 0), words(1, 1), words(2, 2), words(3, 1)],
      [
        'An approval | waits | approval',
        'A question | waits | question',
        '2 questions | wait | 2 questions',
        '3 requests | wait | 3 requests',
      ],
    );
  });
});
