// A bridge between a page and its host, for the tests of it.
import type { HostMessage } from '../../../server/protocol/chatBridge.ts';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import { ChatBridge } from '../../../src/chat/bridge.ts';
import { Drafts } from '../../../src/chat/drafts.ts';
import { Emitter } from '../../../src/emitter.ts';
import type { Services } from '../../../src/chat/hostServices.ts';
import { ShownThread } from '../../../src/chat/shownThread.ts';
import { ModelState } from '../../../src/models/modelState.ts';
import { PlanMode } from '../../../src/plan/planMode.ts';
import { AnswerMemory } from '../../../src/questions/answerMemory.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { FakePort, opened, QUIET, SETTINGS, turn } from './fakePort.ts';

export const SAFE = { sandbox: null, trust: 'trusted', hasFullAccess: false } as const;
export const READ_ONLY = { type: 'readOnly', networkAccess: false } as const;

/** A bridge with the server of a test behind it, and everything the page was told. */
export function setUp(
  remembered: string | null = null,
  answers: FakePort['answers'] = {},
  reopen?: (threadId: string) => Promise<void>,
) {
  const fake = new FakePort({
    'thread/start': () => opened('new', { preview: '' }),
    'thread/resume': ({ threadId }) => opened(String(threadId)),
    'thread/turns/list': () => ({ data: [turn('t1')], nextCursor: null, backwardsCursor: null }),
    'config/read': () => ({ config: {}, origins: {}, layers: null }),
    'account/read': () => ({ account: null, userId: null, requiresOpenaiAuth: false }),
    'model/list': () => ({ data: [], nextCursor: null }),
    ...answers,
  });
  const { port } = fake;
  const store = new ThreadStore(port, QUIET);
  let memory = remembered;
  const shown = new ShownThread(
    store,
    { load: () => memory, save: (id) => Promise.resolve(void (memory = id)) },
    QUIET,
  );
  const models = new ModelState(port, () => SETTINGS, QUIET);
  const values = new Map<string, unknown>();
  const memento = {
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  };
  const drafts = new Drafts(memento);
  const posted: HostMessage[] = [];
  const limitsChanged = new Emitter<void>();
  const copied: string[] = [];
  const services = {
    saveDraft: ({ threadId, draft }) => drafts.set(threadId === '' ? null : threadId, draft).then(() => null),
    showThread: ({ threadId }) => shown.show(threadId).then(() => null),
    copyText: ({ text }) => Promise.resolve(void copied.push(text)).then(() => null),
  } satisfies Partial<Services> as unknown as Services;
  const plan = new PlanMode({ server: port, store, models, log: QUIET });
  const bridge = new ChatBridge({
    post: (message) => void posted.push(message),
    server: port,
    store,
    shown,
    models,
    drafts,
    services,
    folders: () => ['/w'],
    limits: {
      onDidChange: limitsChanged.event,
      start: (asked) => Promise.resolve({ ...asked, cwd: '/w', model: 'm9' }),
      turn: (threadId) => Promise.resolve(threadId === 'confined' ? { sandboxPolicy: READ_ONLY } : {}),
      tell: (threadId) => ({ ...SAFE, hasFullAccess: threadId === 'free' }),
    },
    followUp: { value: () => 'steer', onDidChange: new Emitter<void>().event },
    kept: {
      checkInput: (input) =>
        input.some((part) => part.type === 'mention' && part.path.endsWith('.env'))
          ? Promise.reject(new ProtocolError('invalidRequest', '.env is kept from the model.'))
          : Promise.resolve(),
    },
    plan,
    answers: new AnswerMemory(memento, store, QUIET),
    reopen: reopen ?? ((threadId) => store.open(threadId).then(() => undefined)),
    log: QUIET,
  });
  const reply = (id: number) =>
    new Promise<HostMessage>((resolve) => {
      const look = (): void => {
        const found = posted.find((message) => message.kind === 'reply' && message.id === id);
        if (found) resolve(found);
        else setImmediate(look);
      };
      look();
    });
  const kinds = () => posted.map(({ kind }) => kind);
  return {
    plan,
    fake,
    store,
    shown,
    models,
    drafts,
    posted,
    copied,
    bridge,
    reply,
    kinds,
    limitsChanged,
    memory: () => memory,
  };
}
