// The items of a turn: read one by one, in pages from an item on, and with large outputs left for later.
import { deepEqual, equal } from 'node:assert/strict';
import { answer, command, text } from '../support/modelScript.ts';
import { playTurn, startThread, story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const NOWHERE = '01a2b3c4-0000-7000-8000-000000000000';
/** A login shell takes its time where the profile does. */
const QUICK = { login: false };
const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

/** A turn with a command that prints and succeeds, one that prints nothing and one that fails, and a turn after it. */
async function playCommands(client: WireClient, stage: Stage): Promise<{ threadId: string; turnId: string }> {
  const threadId = await startThread(client, stage, FULL_ACCESS);
  stage.model.script(
    answer(command('echo printed', QUICK, { callId: 'prints' })),
    answer(command('true', QUICK, { callId: 'silent' })),
    answer(command('echo broken; false', QUICK, { callId: 'fails' })),
    answer(text('Done.', { id: 'msg_1' })),
  );
  const turnId = (await playTurn(client, threadId, 'one')).params.turn.id;
  await playTurn(client, threadId, 'two');
  return { threadId, turnId };
}

const idsIn = ({ data }: { data: any[] }): string[] => data.map(({ item }) => item.id);

describe('the items of a turn', () => {
  story(
    'are read by their ids, in the order of the turn, and only those that it has',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const { threadId, turnId } = await playCommands(client, stage);
      const all = await client.request('thread/items/list', { threadId, turnId });
      const wanted = ['msg_1', 'prints', 'prints', 'nothing'];
      const { data } = await client.request('thread/items/read', { threadId, turnId, itemIds: wanted });
      deepEqual(
        data,
        all.data.filter(({ item }: any) => wanted.includes(item.id)),
      );
      deepEqual(idsIn({ data }), ['prints', 'msg_1']);
      const [{ item, startedAtMs, completedAtMs }] = data;
      deepEqual(
        [item.aggregatedOutput, startedAtMs, completedAtMs],
        ['printed\n', item.startedAtMs, item.completedAtMs],
      );
      const elsewhere = { threadId, turnId: 'bogus', itemIds: ['prints'] };
      deepEqual(await client.request('thread/items/read', elsewhere), { data: [] });
      for (const itemIds of [[], Array.from({ length: 101 }, (_, index) => `i${index}`)])
        equal(
          (await client.ask('thread/items/read', { threadId, turnId, itemIds })).error?.message,
          'itemIds must contain 1 to 100 IDs',
        );
      const unknown = await client.ask('thread/items/read', { threadId: NOWHERE, turnId, itemIds: ['prints'] });
      equal(unknown.error?.message, `thread not loaded: ${NOWHERE}`);
    },
    { kinds: ['linked'] },
  );

  story(
    'come without the outputs of commands that succeeded, if the client fetches them later',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const { threadId, turnId } = await playCommands(client, stage);
      const list = async (params: object): Promise<any[]> =>
        (await client.request('thread/items/list', { threadId, turnId, ...params })).data;
      const whole = await list({});
      const short = await list({ deferOutput: { commandExecution: true } });
      deepEqual(
        short.filter(({ outputDeferred }) => outputDeferred).map(({ item }) => [item.id, item.aggregatedOutput]),
        [['prints', null]],
      );
      deepEqual(
        short.filter(({ item }) => item.id !== 'prints'),
        whole.filter(({ item }) => item.id !== 'prints'),
        'a silent command has nothing to defer, and a failed one is shown',
      );
      const { data } = await client.request('thread/items/read', { threadId, turnId, itemIds: ['prints'] });
      deepEqual(
        data,
        whole.filter(({ item }) => item.id === 'prints'),
      );
      deepEqual(await list({ deferOutput: {} }), whole);
      deepEqual(await list({ deferOutput: { mcpToolCall: true } }), whole);
      const everywhere = await client.request('thread/items/list', {
        threadId,
        deferOutput: { commandExecution: true },
      });
      deepEqual(everywhere.data.slice(0, whole.length), whole, 'only the list of one turn defers');
    },
    { kinds: ['linked'] },
  );

  story(
    'are paged from an item on, in both directions, without that item',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const { threadId, turnId } = await playCommands(client, stage);
      const list = async (params: object): Promise<any> =>
        await client.request('thread/items/list', { threadId, turnId, ...params });
      const from = (itemId: string) => ({ cursor: { type: 'item', itemId } });
      const [message = '', ...rest] = idsIn(await list({}));
      deepEqual(rest, ['prints', 'silent', 'fails', 'msg_1']);
      deepEqual(idsIn(await list(from('silent'))), ['fails', 'msg_1']);
      deepEqual(idsIn(await list({ ...from('silent'), sortDirection: 'desc' })), ['prints', message]);
      deepEqual((await list(from('msg_1'))).data, []);
      const first = await list({ ...from(message), limit: 2 });
      const next = await list({ limit: 2, cursor: first.nextCursor });
      deepEqual([...idsIn(first), ...idsIn(next)], rest);
      const refusal = async (params: object): Promise<unknown[]> => {
        const { error } = await client.ask('thread/items/list', { threadId, ...params });
        return [error?.code, error?.message];
      };
      const nothing = 'cursor.itemId does not identify an item in the requested history scope';
      deepEqual(await refusal({ turnId, ...from('nothing') }), [-32602, nothing]);
      deepEqual(await refusal({ turnId: 'bogus', ...from('silent') }), [-32602, nothing]);
      deepEqual(await refusal(from('silent')), [-32602, 'turnId is required when cursor is an item anchor']);
      deepEqual(await refusal({ cursor: 'garbage' }), [-32600, 'invalid cursor: garbage']);
    },
    { kinds: ['linked'] },
  );
});
