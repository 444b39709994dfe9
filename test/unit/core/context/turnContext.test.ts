// What left for the model in a turn, told from what is stored of it.
import assert from 'node:assert/strict';
import { turnContext } from '../../../../server/core/context/turnContext.ts';
import type { ModelItem } from '../../../../server/core/turn/modelPort.ts';
import type { ThreadItem } from '../../../../server/protocol/schema/item.ts';

const times = { startedAtMs: 1, completedAtMs: 2 };
const message: ThreadItem = {
  type: 'userMessage',
  id: 'u',
  clientId: null,
  content: [
    { type: 'text', text: 'Look\nat this', text_elements: [] },
    { type: 'image', url: 'data:image/png;base64,AAAA' },
    { type: 'localImage', path: '/p/sent.png' },
    { type: 'localImage', path: '/p/kept.png' },
    { type: 'skill', name: 's', path: '/p/SKILL.md' },
  ],
  ...times,
};
const view: ThreadItem = { type: 'imageView', id: 'v', path: '/ws/a.png', ...times };

const modelItems: ModelItem[] = [
  {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'Look\nat this' },
      { type: 'input_text', text: '<image path="/p/sent.png">' },
      { type: 'input_image', image_url: 'data:12345' },
      { type: 'input_text', text: '</image>' },
      { type: 'input_text', text: '<skill>\n<name>s</name>\n<path>/p/SKILL.md</path>\nDo it.\n</skill>' },
      { type: 'input_text', text: '[The attached image /p/kept.png is kept from you and was not sent.]' },
    ],
  },
  { type: 'function_call', call_id: 'v', name: 'view_image', arguments: '{}' },
  { type: 'function_call', call_id: 'w', name: 'write_stdin', arguments: '{}' },
  { type: 'function_call_output', call_id: 'v', output: [{ type: 'input_image', image_url: 'data:1' }] },
  { type: 'function_call_output', call_id: 'w', output: 'ä [secret masked: npm token] [secret masked: npm token]' },
];

describe('the context of a turn', () => {
  it('lists what was sent, with sizes and masks, and not what was kept', () => {
    const entries = turnContext({ items: [message, view], modelItems, cwd: '/ws' });
    assert.deepEqual(
      entries.map(({ kind, label, path, bytes, masked, itemId }) => [kind, label, path, bytes, masked, itemId]),
      [
        ['message', 'Look', null, 12, 0, 'u'],
        ['image', 'Image', null, 26, 0, 'u'],
        ['image', 'sent.png', '/p/sent.png', 10, 0, 'u'],
        ['file', 's', '/p/SKILL.md', 63, 0, 'u'],
        ['image', 'a.png', '/ws/a.png', 6, 0, 'v'],
        ['toolOutput', 'write_stdin', null, 56, 2, null],
      ],
    );
  });
});
