// Turns that tell a story, for looking at the chat page: a bug found and fixed, an item of every kind, a long thread.
import * as sample from './chatSamples.ts';

const ANSWER = `The flaky test came from **two timers sharing one clock**. Here is what I found and changed:

1. \`src/beam/rotate.ts:42\` scheduled a new tick before the old one was cleared.
2. The test waited for *time* instead of the \`turned\` event.

\`\`\`ts
// One owner for the timer, so that stopping leaves nothing behind.
export class Beam {
  #timer: ReturnType<typeof setTimeout> | undefined;

  rotate(degrees: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.emit('turned', { degrees }), 16);
  }
}
\`\`\`

| Suite | Before | After |
| --- | ---: | ---: |
| \`beam\` | 2 of 50 failed | 0 of 500 failed |
| \`lamp\` | passed | passed |

- [x] Reproduced with 50 runs
- [ ] Same pattern in [lamp.ts](src/lamp.ts:17), not touched

> The full log is in \`test-results/beam.log\`. See also [the docs](https://nodejs.org/api/timers.html).`;

export const BEAM_DIFF = `@@ -38,9 +38,10 @@ export class Beam {
   rotate(degrees: number): void {
-    this.timer = setInterval(() => this.tick(degrees), 16);
-    this.started = true;
+    clearTimeout(this.#timer);
+    this.#timer = setTimeout(() => this.emit('turned', { degrees }), 16);
   }
 
   stop(): void {
+    clearTimeout(this.#timer);
   }
`;
const TEST_DIFF = `@@ -11,4 +11,3 @@ describe('beam', () => {
-    await sleep(20);
-    assert.equal(beam.angle, 90);
+    assert.equal((await once(beam, 'turned')).degrees, 90);
   });
`;

export const TEST_OUTPUT =
  '\u001B[1m> lighthouse@1.4.0 test\u001B[22m\n> mocha "test/**/*.test.ts"\n\n  beam\n    \u001B[32m✔\u001B[0m turns by a quarter (18ms)\n    \u001B[32m✔\u001B[0m stops when it is told to\n    \u001B[31m1) goes round once\u001B[0m\n\n  \u001B[32m2 passing\u001B[0m \u001B[90m(212ms)\u001B[0m\n  \u001B[31m1 failing\u001B[0m\n\n  1) beam goes round once:\n     \u001B[31mAssertionError: expected 359 to equal 360\u001B[0m\n      at test/beam.test.ts:31:12\n';

const patchOfTwo = sample.patch('p1', [
  sample.update('src/beam/rotate.ts', BEAM_DIFF),
  sample.update('test/beam.test.ts', TEST_DIFF),
  {
    path: `${sample.FOLDER}/src/beam/events.ts`,
    kind: { type: 'add' },
    diff: 'export type Turned = { degrees: number };\n',
  },
]);

export const finishedTurn = sample.turn('t1', {
  items: [
    sample.user('u1', 'The beam test fails about one time in twenty. Can you find out why and fix it?'),
    sample.reasoning('r1', [
      '**Looking for shared state**\n\nThe test fails rarely, so something depends on *timing*. `setInterval` is a suspect.',
    ]),
    sample.tool('d1', [
      'grep',
      { pattern: 'setInterval|setTimeout', path: 'src' },
      'src/beam/rotate.ts:42: this.timer = setInterval(…)',
    ]),
    sample.tool('d2', ['read_file', { path: 'src/beam/rotate.ts' }, 'export class Beam { … }']),
    sample.command('c1', 'for i in $(seq 50); do npm test --silent; done', {
      exitCode: 1,
      aggregatedOutput: TEST_OUTPUT,
      durationMs: 12_400,
    }),
    patchOfTwo,
    sample.command('c2', 'npm test', { aggregatedOutput: '3 passing (201ms)\n', durationMs: 2310 }),
    sample.agent('a1', ANSWER),
  ],
});

export const everyKind = sample.turn('t1', {
  items: [
    sample.user('u1', 'What is this picture, and what does the issue say?', {
      content: [
        { type: 'text', text: 'What is this picture, and what does the issue say?', text_elements: [] },
        {
          type: 'text',
          text: `Selected lines of ${sample.FOLDER}/src/lamp.ts:17-24\n\`\`\`\nconst lamp = 1;\n\`\`\``,
          text_elements: [],
        },
        { type: 'mention', name: 'README.md', path: `${sample.FOLDER}/README.md` },
      ],
    }),
    { type: 'imageView', id: 'i1', path: `${sample.FOLDER}/docs/tower.png`, startedAtMs: 0, completedAtMs: 1 },
    {
      type: 'mcpToolCall',
      id: 'm1',
      server: 'github',
      tool: 'get_issue',
      status: 'completed',
      arguments: { number: 17 },
      result: { content: [{ type: 'text', text: 'Open' }] },
      error: null,
      durationMs: 1400,
    },
    {
      type: 'mcpToolCall',
      id: 'm2',
      server: 'github',
      tool: 'get_issue',
      status: 'failed',
      arguments: { number: 0 },
      result: null,
      error: { message: 'not found' },
      durationMs: 300,
    },
    { type: 'webSearch', id: 'w1', query: 'lighthouse keeper duties', action: null, startedAtMs: 0, completedAtMs: 1 },
    sample.command('c1', 'npm run dev', {
      status: 'inProgress',
      exitCode: null,
      durationMs: null,
      aggregatedOutput: 'listening on :3000\n',
      completedAtMs: null,
    }),
    sample.command('c2', 'rm -rf build', {
      status: 'declined',
      exitCode: null,
      durationMs: null,
      cwd: `${sample.FOLDER}/packages/beam`,
    }),
    sample.patch('p2', [sample.update('src/lamp.ts', BEAM_DIFF)], { status: 'failed' }),
    sample.patch('p3', [
      {
        path: `${sample.FOLDER}/src/very/deep/folder/structure/with/a/long/name/oldLampImplementation.ts`,
        kind: { type: 'delete' },
        diff: 'a\nb\nc\n',
      },
    ]),
    { type: 'contextCompaction', id: 'k1', startedAtMs: 0, completedAtMs: 1 },
    { type: 'enteredReviewMode', id: 'e1', review: 'uncommitted changes', startedAtMs: 0, completedAtMs: 1 },
    { type: 'unknown', id: 'x1', startedAtMs: 0, completedAtMs: 1, raw: { type: 'hologram', id: 'x1', depth: 3 } },
    sample.agent('a1', 'All of that, in one turn.'),
  ],
});

export const longThread = Array.from({ length: 400 }, (_, index) =>
  sample.turn(`t${index}`, {
    items: [
      sample.user(`u${index}`, `Question ${index}: what does step ${index} do?`),
      sample.tool(`d${index}`, ['read_file', { path: `src/step${index}.ts` }, 'x']),
      sample.agent(
        `a${index}`,
        `Step ${index} does this:\n\n\`\`\`ts\nexport const step = ${index};\n\`\`\`\n\n${'It is careful about order. '.repeat((index % 7) + 1)}`,
      ),
    ],
  }),
);
