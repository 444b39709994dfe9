// The chat page where the agent plans and asks: questions open and answered, plans, and the switch between planning and acting.
import type { AnsweredQuestions } from '../../server/protocol/answeredQuestions.ts';
import type { ModeFacts } from '../../server/protocol/chatBridge.ts';
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import type { UserQuestion } from '../../server/protocol/schema/userInput.ts';
import * as sample from './chatSamples.ts';
import { scene, type Scene } from './chatScene.ts';
import { finishedTurn } from './chatStories.ts';

export const PLANNING: ModeFacts = { isAvailable: true, mode: 'plan', fromNextTurn: false };

export const STORAGE: UserQuestion = {
  id: 'storage',
  header: 'Storage',
  question: 'Where shall the log of sightings live?',
  isOther: true,
  isSecret: false,
  options: [
    { label: 'SQLite (Recommended)', description: 'One file beside the program; nothing to install.' },
    { label: 'PostgreSQL', description: 'The server that the weather service runs already.' },
    { label: 'Plain files', description: 'Easy to read, slow to search.' },
  ],
};

export const RETENTION: UserQuestion = {
  id: 'retention',
  header: 'Retention',
  question: 'How long are sightings kept?',
  isOther: false,
  isSecret: false,
  options: [
    { label: 'One year', description: '' },
    { label: 'For ever', description: '' },
  ],
};

export const TOKEN: UserQuestion = {
  id: 'token',
  header: 'Token',
  question: 'Which token opens the weather service?',
  isOther: false,
  isSecret: true,
  options: null,
};

export function question(questions: readonly UserQuestion[], change: Partial<QuestionRequest['params']> = {}) {
  return {
    id: 'ask-1',
    method: 'item/tool/requestUserInput',
    params: {
      threadId: sample.THREAD_ID,
      turnId: 't2',
      itemId: 'call_1',
      questions: [...questions],
      isBlocking: true,
      autoResolutionMs: null,
      startedAtMs: 0,
      ...change,
    },
  } as const satisfies QuestionRequest;
}

const PLAN = `## Log every sighting

1. **A table** \`sightings(id, seen_at, bearing, note)\` in \`data/log.db\`, made by a migration.
2. \`POST /sightings\` writes it, \`GET /sightings?since=\` reads it back; both validate with the existing schema.
3. Rows older than a year go at midnight.

**Not touched**: the beam, the fog horn. **Tests**: one story for each of the three steps.
`;

export const plan = (id: string, change: { readonly completedAtMs?: null } = {}): ThreadItem => ({
  type: 'plan',
  id,
  text: change.completedAtMs === null ? PLAN.slice(0, 180) : PLAN,
  startedAtMs: 1,
  completedAtMs: 2,
  ...change,
});

const asked = [
  sample.user('u2', 'Keep a log of what the lamp sees.'),
  sample.agent('a2', 'Two things decide the plan.'),
];

/** A turn that plans and waits for the user. */
export function asking(request: QuestionRequest) {
  const state = sample.state([finishedTurn, sample.runningTurn('t2', asked)], {
    questions: [{ request, afterItemId: 'a2' }],
  });
  return sample.snapshot(state, { mode: PLANNING });
}

export const ANSWERED: AnsweredQuestions = {
  threadId: sample.THREAD_ID,
  turnId: 't2',
  requestId: 'ask-1',
  itemId: 'call_1',
  afterItemId: 'a2',
  questions: [
    { header: 'Storage', question: STORAGE.question, answer: { text: 'SQLite (Recommended)' } },
    { header: 'Token', question: TOKEN.question, answer: 'secret' },
    { header: 'Retention', question: RETENTION.question, answer: 'skipped' },
  ],
};

/** A turn that ended with a plan. */
export function planned() {
  const items = [...asked, plan('t2-plan')];
  const state = sample.state([finishedTurn, sample.turn('t2', { items })]);
  return sample.snapshot(state, { mode: PLANNING, answered: [ANSWERED] });
}

export const planScenes: Record<string, Scene> = {
  planning: scene(sample.snapshot(null, { mode: PLANNING })),
  question: scene(asking(question([STORAGE])), {
    act: async ({ page }) => {
      await page.getByRole('radio', { name: /PostgreSQL/ }).check();
    },
  }),
  questionsMany: scene(asking(question([STORAGE, RETENTION, TOKEN], { autoResolutionMs: 90_000 })), {
    size: { width: 420, height: 900 },
    act: async ({ page }) => {
      await page.getByRole('button', { name: 'Answer', exact: true }).click();
      await page.locator('.question-fields.missed').waitFor();
    },
  }),
  planWriting: scene(
    sample.snapshot(
      sample.state([finishedTurn, sample.runningTurn('t2', [...asked, plan('t2-plan', { completedAtMs: null })])]),
      { mode: { isAvailable: true, mode: 'default', fromNextTurn: true }, answered: [ANSWERED] },
    ),
  ),
  planProposed: scene(planned()),
  planNarrow: scene(asking(question([STORAGE])), { size: { width: 250, height: 700 } }),
};
