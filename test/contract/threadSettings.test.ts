// The settings of a thread: what changes them, for how long, and who hears of it.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript } from '../support/wireClient.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What the model was last asked with. */
function asked(stage: Stage): any {
  return stage.model.requests.at(-1)!.body;
}

const READ_ONLY = { type: 'readOnly', networkAccess: false } as const;

describe('thread/settings/update', () => {
  story(
    'changes what holds from the next turn on, and says so to those who asked for the experimental API',
    async (stage) => {
      const server = await stage.start('linked');
      const [client, stable] = [await server.connect(), await server.connect()];
      await client.initialize();
      await stable.initialize('stable', null);
      const threadId = await startThread(client, stage);
      await stable.request('thread/resume', { threadId });
      const at = client.lines.length;
      const change = {
        model: 'other-model',
        effort: 'low',
        summary: 'concise',
        approvalPolicy: 'untrusted',
        sandboxPolicy: READ_ONLY,
        cwd: '/',
      } as const;
      deepEqual(await client.request('thread/settings/update', { threadId, ...change }), {});
      const { params } = await client.next('thread/settings/updated');
      deepEqual(transcript(client.lines.slice(at)), [
        '> thread/settings/update',
        '< result thread/settings/update',
        '< thread/settings/updated',
      ]);
      const { cwd, approvalPolicy, sandboxPolicy, model, effort, summary, collaborationMode } = params.threadSettings;
      deepEqual({ cwd, approvalPolicy, sandboxPolicy, model, effort, summary }, change);
      deepEqual(collaborationMode, {
        mode: 'default',
        settings: { model: 'other-model', reasoning_effort: 'low', developer_instructions: null },
      });
      await client.request('thread/settings/update', { threadId, model: 'other-model' });
      await playTurn(client, threadId, 'go');
      deepEqual([asked(stage).model, asked(stage).reasoning], ['other-model', { effort: 'low', summary: 'concise' }]);
      equal(client.incoming(at).filter(({ method }) => method === 'thread/settings/updated').length, 1);
      await stable.turnCompleted(threadId);
      ok(!stable.incoming().some(({ method }) => method === 'thread/settings/updated'));
    },
    { kinds: ['linked'] },
  );

  story(
    'takes the model and the effort from the mode, and survives the server',
    async (stage) => {
      const first = await stage.start('linked');
      const client = await first.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      const settings = { model: 'planner', reasoning_effort: 'high', developer_instructions: 'Plan well.' };
      await client.request('thread/settings/update', { threadId, collaborationMode: { mode: 'plan', settings } });
      await playTurn(client, threadId, 'go');
      await first.stop();
      const second = await stage.open('linked');
      const resumed = await second.request('thread/resume', { threadId });
      deepEqual(resumed.collaborationMode, { mode: 'plan', settings });
      await playTurn(second, threadId, 'go');
      equal(asked(stage).model, 'planner');
      ok(JSON.stringify(asked(stage).input).includes('Plan well.'));
      await second.request('thread/settings/update', { threadId, model: 'third' });
      const { params } = await second.next('thread/settings/updated');
      equal(params.threadSettings.collaborationMode.settings.model, 'third');
      const unknown = await second.ask('thread/settings/update', { threadId: '01a227e2-9492-74d3-8ebb-c8ed667a89b3' });
      equal(unknown.error?.message, 'thread not found: 01a227e2-9492-74d3-8ebb-c8ed667a89b3');
    },
    { kinds: ['linked'] },
  );
});

describe('the overrides of turn/start', () => {
  story(
    'may name a permission profile, as thread/settings/update may; not beside a policy',
    async (stage) => {
      stage.model.otherwise(answer(text('done')));
      const client = await stage.open('linked');
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'go', { permissions: ':read-only' });
      const told = client.incoming().find(({ method }) => method === 'thread/settings/updated');
      equal(told?.params.threadSettings.sandboxPolicy.type, 'readOnly');
      await client.request('thread/settings/update', { threadId, permissions: ':danger-full-access' });
      const { params } = await client.next(
        'thread/settings/updated',
        ({ threadSettings }) => threadSettings.sandboxPolicy.type !== 'readOnly',
      );
      equal(params.threadSettings.sandboxPolicy.type, 'dangerFullAccess');
      const input = [{ type: 'text', text: 'x' }];
      const both = { threadId, input, permissions: ':workspace', sandboxPolicy: READ_ONLY };
      equal(
        (await client.ask('turn/start', both)).error?.message,
        '`permissions` cannot be combined with `sandboxPolicy`',
      );
      const unknown = await client.ask('turn/start', { threadId, input, permissions: ':other' });
      match(unknown.error?.message ?? '', /^unknown permission profile: :other/);
    },
    { kinds: ['linked'] },
  );

  story(
    'hold for later turns too, except the output schema',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const outputSchema = {
        type: 'object',
        properties: { ok: { type: 'boolean' } },
        required: ['ok'],
        additionalProperties: false,
      };
      await playTurn(client, threadId, 'one', { model: 'm2', effort: 'high', summary: 'detailed', outputSchema });
      const format = { type: 'json_schema', strict: true, name: 'bowline_output', schema: outputSchema };
      deepEqual(asked(stage).text, { format });
      await playTurn(client, threadId, 'two', { effort: null });
      deepEqual([asked(stage).model, asked(stage).reasoning], ['m2', { effort: 'high', summary: 'detailed' }]);
      equal(asked(stage).text, undefined);
    },
    { kinds: ['linked'] },
  );

  story(
    'given while a turn runs leave it as it is, and hold for the next',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      stage.model.script(answer([text('one'), gate('g')]), answer(text('two')));
      const first = await startTurn(client, threadId, 'go');
      await stage.model.reached('g');
      const second = await startTurn(client, threadId, 'more', {
        model: 'm3',
        approvalPolicy: 'never',
        sandboxPolicy: READ_ONLY,
        cwd: '/',
      });
      equal(second, first);
      stage.model.open('g');
      await client.turnCompleted(threadId);
      equal(asked(stage).model, 'scripted-model');
      await playTurn(client, threadId, 'next');
      equal(asked(stage).model, 'm3');
      const { thread } = await client.request('thread/read', { threadId });
      deepEqual([thread.cwd, thread.model], ['/', 'm3']);
    },
    { kinds: ['linked'] },
  );
});

describe('an image of the user', () => {
  story(
    'goes to the model, by its address or read from its file; what is no image is told',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      stage.write('note.txt', 'x');
      const { writeFileSync } = await import('node:fs');
      writeFileSync(`${stage.workspace}/pixel.png`, Buffer.from(PIXEL, 'base64'));
      const url = `data:image/png;base64,${PIXEL}`;
      const input = [
        { type: 'text', text: 'look' },
        { type: 'image', url },
        { type: 'localImage', path: `${stage.workspace}/pixel.png` },
        { type: 'localImage', path: `${stage.workspace}/note.txt` },
        { type: 'localImage', path: `${stage.workspace}/none.png` },
      ] as const;
      await client.request('turn/start', { threadId, input: [...input] });
      await client.turnCompleted(threadId);
      const { content } = asked(stage).input.at(-1);
      deepEqual(
        content.filter(({ type }: any) => type === 'input_image').map(({ image_url }: any) => image_url),
        [url, url],
      );
      const told = content.map((part: any) => part.text ?? '').join('\n');
      ok(told.includes('note.txt is not a supported image') && told.includes('none.png could not be read'), told);
      const [item] = client.incoming().filter(({ method }) => method === 'item/completed');
      deepEqual(
        item?.params.item.content.map(({ type }: any) => type),
        input.map(({ type }) => type),
      );
    },
    { kinds: ['linked'] },
  );
});
