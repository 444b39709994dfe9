// What else the model says and calls: reasoning, the plan, reading and searching files, pictures, structured answers.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, call, reasoning, text } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { BINARY, playTurn, startThread, story } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

function completed(client: WireClient, type: string): any[] {
  return client
    .incoming()
    .filter(({ method, params }) => method === 'item/completed' && params.item.type === type)
    .map(({ params }) => params.item);
}

describe('reasoning', () => {
  story('is streamed by parts, kept, and sent back to the model', async (stage, kind) => {
    const thought = reasoning({ summary: ['**Thinking**', 'more'], content: ['raw'], encrypted: 'blob', id: 'rs_1' });
    stage.model.script(answer([thought, text('Done.', { phase: 'final_answer' })]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'go');
    const told = transcript(client.lines);
    const begin = told.indexOf('< item/started reasoning');
    deepEqual(told.slice(begin, told.indexOf('< item/completed reasoning') + 1), [
      '< item/started reasoning',
      '< item/reasoning/summaryPartAdded',
      '< item/reasoning/summaryTextDelta',
      '< item/reasoning/summaryPartAdded',
      '< item/reasoning/summaryTextDelta',
      '< item/reasoning/textDelta',
      '< item/completed reasoning',
    ]);
    const [item] = completed(client, 'reasoning');
    deepEqual([item.id, item.summary, item.content], ['rs_1', ['**Thinking**', 'more'], ['raw']]);
    equal(completed(client, 'agentMessage')[0].phase, 'final_answer');
    await playTurn(client, threadId, 'again');
    ok(JSON.stringify((await stage.model.request(1)).input).includes('"encrypted_content":"blob"'));
  });
});

describe('the plan', () => {
  story('is told, and is no item', async (stage, kind) => {
    const plan = [
      { step: 'one', status: 'completed' },
      { step: 'two', status: 'in_progress' },
    ];
    stage.model.script(answer(call('update_plan', { explanation: 'why', plan }, { callId: 'pl' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'go');
    const updated = client.incoming().find(({ method }) => method === 'turn/plan/updated');
    deepEqual(
      updated?.params.plan.map(({ status }: any) => status),
      ['completed', 'inProgress'],
    );
    equal(updated?.params.explanation, 'why');
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    deepEqual(
      thread.turns[0].items.map(({ type }: any) => type),
      ['userMessage', 'agentMessage'],
    );
  });
});

describe('a built-in tool without an item kind of its own', () => {
  story('is shown as a dynamic tool call; no client is asked to run it', async (stage, kind) => {
    stage.write('src/a.txt', 'needle\nhay\n');
    stage.model.script(
      answer([
        call('read_file', { path: 'src/a.txt' }, { callId: 'r' }),
        call('list_dir', { path: '.' }, { callId: 'l' }),
        call('grep', { pattern: 'need.e' }, { callId: 'g' }),
        call('read_file', { path: 'missing.txt' }, { callId: 'm' }),
      ]),
    );
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage), 'go');
    const items = completed(client, 'dynamicToolCall').toSorted((a, b) => (a.id < b.id ? -1 : 1));
    deepEqual(
      items.map((item) => [item.id, item.namespace, item.tool, item.status, item.success]),
      [
        ['g', 'bowline', 'grep', 'completed', true],
        ['l', 'bowline', 'list_dir', 'completed', true],
        ['m', 'bowline', 'read_file', 'failed', false],
        ['r', 'bowline', 'read_file', 'completed', true],
      ],
    );
    const request = await stage.model.request(1);
    equal(outputOf(request, 'r'), '1\tneedle\n2\thay');
    match(outputOf(request, 'l'), /src\//);
    match(outputOf(request, 'g'), /^src\/a\.txt:1:needle/);
    match(outputOf(request, 'm'), /missing\.txt/);
    equal(
      client.incoming().some(({ method }) => method === 'item/tool/call'),
      false,
    );
  });

  story(
    'grep says what to do where there is no ripgrep',
    async (stage, kind) => {
      const program = join(stage.home, 'bowline');
      copyFileSync(BINARY, program);
      stage.model.script(answer(call('grep', { pattern: 'x' }, { callId: 'g' })));
      const client = await stage.open(kind, { program, env: { PATH: stage.workspace, BOWLINE_RG: '' } });
      await playTurn(client, await startThread(client, stage), 'go');
      equal(completed(client, 'dynamicToolCall')[0].status, 'failed');
      match(outputOf(await stage.model.request(1), 'g'), /ripgrep \(rg\) was not found\. Install it/);
    },
    { kinds: ['binary'] },
  );
});

describe('view_image', () => {
  story('shows a picture to the model and says which', async (stage, kind) => {
    writeFileSync(join(stage.workspace, 'dot.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
    stage.write('note.txt', 'no picture');
    stage.model.script(
      answer([
        call('view_image', { path: 'dot.png' }, { callId: 'v' }),
        call('view_image', { path: 'note.txt' }, { callId: 'n' }),
      ]),
    );
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage), 'go');
    deepEqual(
      completed(client, 'imageView').map(({ path }) => path),
      [`${stage.workspace}/dot.png`],
    );
    const request = await stage.model.request(1);
    ok(outputOf(request, 'v').includes('data:image/png;base64,iVBORw0KGgoAAA=='));
    match(outputOf(request, 'n'), /no PNG, JPEG, GIF or WebP/);
  });
});

describe('a structured answer', () => {
  story('is asked for with the turn’s schema, and only in that turn', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const outputSchema = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false,
    };
    await playTurn(client, threadId, 'go', { outputSchema });
    await playTurn(client, threadId, 'go');
    const format = async (n: number): Promise<any> => ((await stage.model.request(n)).body['text'] as any)?.format;
    deepEqual((await format(0)).schema, outputSchema);
    equal(await format(1), undefined);
  });
});
