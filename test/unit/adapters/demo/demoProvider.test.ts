// The tour, played through: it derives every step from the conversation and copes with whatever comes of it.
import assert from 'node:assert/strict';
import { createDemoProvider } from '../../../../server/adapters/demo/demoProvider.ts';
import type { ModelItem, ModelRequest } from '../../../../server/core/turn/modelPort.ts';
import type { ToolSpec } from '../../../../server/core/turn/toolSpec.ts';
import { createHandClock } from '../../../support/handClock.ts';
import { providerConfig } from '../../../support/providerConfig.ts';
import { collect, joined, modelRequest } from '../openai/modelHarness.ts';

const TOOLS: readonly ToolSpec[] = ['list_dir', 'read_file', 'apply_patch', 'exec_command'].map((name) => ({
  type: 'function',
  name,
  description: '',
  parameters: {},
}));

const LISTING = '/work\n.git/\nsrc/\npackage.json\nREADME.md';
const DONE: Readonly<Record<string, string>> = {
  list_dir: LISTING,
  read_file: '1\t# Title\n2\t\n3\tWords.',
  apply_patch: 'Exit code: 0\nOutput:\nSuccess. Updated the following files:\nA BOWLINE_TOUR.md\n',
  exec_command: 'Chunk ID: a\nProcess exited with code 0\nOutput:\n?? BOWLINE_TOUR.md\n',
};

const user = (text: string): ModelItem => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });

/** A conversation with the demo provider in which tools answer what they are told to. */
class Conversation {
  readonly items: ModelItem[] = [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Base prompt.' }] },
    user('<environment_context>\n  <cwd>/work</cwd>\n</environment_context>'),
  ];
  #lastId = 0;
  readonly #provider = createDemoProvider({
    config: providerConfig({ id: 'demo', name: 'Demo', wireApi: 'demo' }),
    clock: createHandClock(),
    ids: { next: () => `id${(this.#lastId += 1)}` },
    wordDelayMs: 0,
  });

  /** One response. Returns its text and the call, which is added to the conversation with its output. */
  async respond(
    outputs: Readonly<Record<string, string>> = DONE,
    tools = TOOLS,
  ): Promise<{ text: string; tool: string | null }> {
    const { events, failure } = await collect(
      this.#provider.stream(this.#request(tools), new AbortController().signal),
    );
    assert.equal(failure, null);
    assert.deepEqual(events.at(-1), { type: 'completed', usage: null });
    const items = events.flatMap((event) => (event.type === 'itemDone' ? event.item : []));
    const [message, call] = items;
    const streamed = joined(events).flatMap((event) => ('delta' in event ? event.delta : []));
    assert.ok(message?.type === 'message');
    const text = message.content.map((part) => ('text' in part ? part.text : '')).join('');
    assert.equal(streamed[0], text);
    this.items.push(...items);
    if (call === undefined) return { text, tool: null };
    assert.ok(call.type === 'function_call' || call.type === 'custom_tool_call');
    assert.equal(streamed[1], call.type === 'custom_tool_call' ? call.input : call.arguments);
    const type = call.type === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output';
    this.items.push({ type, call_id: call.call_id, output: outputs[call.name] ?? '' });
    return { text, tool: call.name };
  }

  /** Responses until one has no call; the tools that were used, and the last text. */
  async playOn(
    outputs: Readonly<Record<string, string>> = DONE,
    tools = TOOLS,
  ): Promise<{ used: string[]; text: string }> {
    const used: string[] = [];
    for (;;) {
      const { text, tool } = await this.respond(outputs, tools);
      if (tool === null) return { used, text };
      used.push(tool);
      assert.ok(used.length <= 4);
    }
  }

  say(text: string): void {
    this.items.push(user(text));
  }

  call(name: string): ModelItem & { readonly call_id: string } {
    const found = this.items.findLast((item) => 'name' in item && item.name === name);
    assert.ok(found !== undefined && 'call_id' in found);
    return found;
  }

  #request(tools: readonly ToolSpec[]): ModelRequest {
    return modelRequest({ input: this.items, tools });
  }
}

const ALL = ['list_dir', 'read_file', 'apply_patch', 'exec_command'];

describe('the demo provider', () => {
  let talk: Conversation;
  beforeEach(() => {
    talk = new Conversation();
    talk.say('Hello!');
  });

  it('says first that it is a scripted tour and that no model is connected', async () => {
    const { text } = await talk.respond();
    assert.match(text, /^\*\*This is a scripted tour of Bowline: no model is connected\.\*\*/);
  });

  it('shows every tool in order, then how to connect a model', async () => {
    const { used, text } = await talk.playOn();
    assert.deepEqual(used, ALL);
    assert.match(text, /Proposed an edit: done\./);
    assert.match(text, /Set API Key/);
    const read = talk.call('read_file');
    assert.equal(read.type === 'function_call' && read.arguments, '{"path":"README.md"}');
    const edit = talk.call('apply_patch');
    assert.ok(edit.type === 'custom_tool_call');
    assert.match(
      edit.input,
      /^\*\*\* Begin Patch\n\*\*\* Add File: BOWLINE_TOUR\.md\n\+# A tour of Bowline\n(\+.*\n)+\*\*\* End Patch\n$/,
    );
    const command = talk.call('exec_command');
    assert.match(
      command.type === 'function_call' ? command.arguments : '',
      /"cmd":"git status --short","sandbox_permissions":"require_escalated","justification":/,
    );
  });

  it('tells what was declined and what failed', async () => {
    const { used, text } = await talk.playOn({
      ...DONE,
      apply_patch: 'patch rejected by user',
      exec_command: 'exec_command was not run: policy',
    });
    assert.deepEqual(used, ALL);
    assert.match(text, /^That did not work: exec_command was not run: policy\./);
    assert.match(text, /Proposed an edit: you declined it/);
    assert.match(text, /Asked to run a command: it failed/);
  });

  it('reads nothing where there is nothing to read, and uses ls outside of git', async () => {
    const { used } = await talk.playOn({ ...DONE, list_dir: '/work\nREADME.md/\nimage.png' });
    assert.deepEqual(used, ['list_dir', 'apply_patch', 'exec_command']);
    const command = talk.call('exec_command');
    assert.match(command.type === 'function_call' ? command.arguments : '', /"cmd":"ls"/);
  });

  it('leaves out steps whose tool is missing', async () => {
    const { used, text } = await talk.playOn(DONE, TOOLS.slice(2, 3));
    assert.deepEqual(used, ['apply_patch']);
    assert.match(text, /That was the tour/);
    const none = new Conversation();
    none.say('hi');
    assert.match((await none.respond(DONE, [])).text, /scripted tour/);
  });

  it('takes a free name for its file', async () => {
    await talk.playOn({ ...DONE, list_dir: `${LISTING}\nBOWLINE_TOUR.md` });
    const edit = talk.call('apply_patch');
    assert.match(edit.type === 'custom_tool_call' ? edit.input : '', /Add File: BOWLINE_TOUR_2\.md/);
  });

  it('answers later messages in short, and starts again when asked', async () => {
    await talk.playOn();
    talk.say('Write me a poem');
    const { text, tool } = await talk.respond();
    assert.equal(tool, null);
    assert.match(text, /^This is still the scripted tour/);
    talk.say('Again, please!');
    const { used } = await talk.playOn();
    assert.deepEqual(used, ALL);
    const edit = talk.call('apply_patch');
    assert.match(edit.type === 'custom_tool_call' ? edit.input : '', /Add File: BOWLINE_TOUR_2\.md/);
  });

  it('goes on when the user says something in the middle', async () => {
    await talk.respond();
    talk.say('faster!');
    const { text, tool } = await talk.respond();
    assert.match(text, /^I am a script/);
    assert.equal(tool, 'read_file');
    assert.deepEqual((await talk.playOn()).used, ['apply_patch', 'exec_command']);
  });

  it('knows that it was stopped, and goes on only when asked', async () => {
    await talk.respond();
    talk.say('<turn_aborted>The user interrupted the previous turn.</turn_aborted>');
    talk.say('what now?');
    assert.match((await talk.respond()).text, /^You stopped the scripted tour/);
    talk.say('go on');
    assert.deepEqual((await talk.playOn()).used, ['read_file', 'apply_patch', 'exec_command']);
  });

  it('is the same for any provider: nothing is remembered between requests', async () => {
    await talk.respond();
    const other = new Conversation();
    other.items.splice(0, other.items.length, ...talk.items);
    assert.equal((await other.respond()).tool, 'read_file');
  });

  it('streams word by word, and stops at once when it is told to', async () => {
    const clock = createHandClock(() => true);
    const provider = createDemoProvider({
      config: providerConfig({ wireApi: 'demo' }),
      clock,
      ids: { next: () => 'x' },
      wordDelayMs: 7,
    });
    const controller = new AbortController();
    let deltas = 0;
    for await (const event of provider.stream(modelRequest({ input: talk.items, tools: TOOLS }), controller.signal)) {
      if (event.type !== 'textDelta') continue;
      assert.match(event.delta, /^\S+\s*$/);
      deltas += 1;
      if (deltas === 5) controller.abort();
    }
    assert.equal(deltas, 5);
    assert.ok(clock.delays.every((delayMs) => delayMs === 7));
    assert.deepEqual(clock.timers, []);
  });
});
