// Drafts and messages: what is written becomes input parts and back, and of two copies the newer one counts.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Attachment } from '../../../server/protocol/chatBridge.ts';
import { createComposerState, unsentDraft } from '../../../webview-ui/session/composerState.ts';
import {
  EMPTY_DRAFT,
  newerDraft,
  NO_LOCAL_STATE,
  parseLocalState,
  withoutImages,
} from '../../../webview-ui/session/localState.ts';
import { inputOf, selectionText, shownMessage } from '../../../webview-ui/session/userInput.ts';

const image = { type: 'image', url: 'data:image/png;base64,AAAA', name: 'a.png' } as const;
const file = { type: 'file', path: '/w/a.ts', name: 'a.ts' } as const;

describe('messages', () => {
  it('keep a selection whole, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', '\n', 'a', ' ', '~', '$') }), (text) => {
        const selection = { type: 'selection', path: '/w/a.ts', name: 'a.ts', startLine: 3, endLine: 9, text } as const;
        const shown = shownMessage([{ type: 'text', text: selectionText(selection), text_elements: [] }]);
        assert.deepEqual(shown, { text: '', attachments: [selection] });
      }),
    );
  });

  it('mention a file once, whether it was attached or named', () => {
    const mentions = { 'a.ts': '/w/a.ts', 'b.ts': '/w/b.ts', 'gone.ts': '/w/gone.ts', 'c.ts': '/w/c.ts' };
    assert.deepEqual(inputOf('see @a.ts, @b.ts and @c.tsx', [file], mentions), [
      { type: 'text', text: 'see @a.ts, @b.ts and @c.tsx' },
      { type: 'mention', name: 'a.ts', path: '/w/a.ts' },
      { type: 'mention', name: 'b.ts', path: '/w/b.ts' },
    ]);
  });

  it('may hold attachments alone', () => {
    assert.deepEqual(inputOf(' ', [image]), [{ type: 'image', url: image.url }]);
  });
});

describe('drafts', () => {
  it('keep their id while they are written, and get another one when they may have been sent', () => {
    const start = { threadId: 'a', draft: { text: 'x', attachments: [], messageId: 'm' } };
    const keeper = { keepLocally: () => undefined, keepAtHost: () => undefined, outgoing: () => [] };
    const composer = createComposerState(keeper, start);
    composer.setText('xy');
    assert.equal(composer.draft.value.messageId, 'm');
    composer.show('a', composer.draft.value);
    composer.setText('xyz');
    const { messageId } = composer.draft.value;
    assert.notEqual(messageId, 'm');
    composer.setText('xyz!');
    assert.equal(composer.draft.value.messageId, messageId);
    composer.flush();
  });

  const attachments: Attachment[] = [file, image];

  it('of two copies the newer one counts, with the images that only the host has', () => {
    const host = { text: 'old', attachments, messageId: 'm', savedAtMs: 1 };
    const local = withoutImages({ ...host, text: 'new', savedAtMs: 2 });
    assert.deepEqual(newerDraft(local, host), {
      text: 'new',
      attachments: [file, image],
      messageId: 'm',
      savedAtMs: 2,
    });
    assert.equal(newerDraft({ ...local, savedAtMs: 1 }, host), host);
    assert.equal(newerDraft(EMPTY_DRAFT, EMPTY_DRAFT), EMPTY_DRAFT);
  });

  it('hold the messages that are not confirmed, before what is being written', () => {
    const sent = { text: 'one', attachments: [file], messageId: 'm1' };
    const alone = unsentDraft([sent], EMPTY_DRAFT);
    assert.deepEqual([alone.text, alone.messageId, alone.attachments], ['one', 'm1', [file]]);
    const both = unsentDraft([sent], { text: 'two', attachments: [], messageId: 'm2' });
    assert.deepEqual([both.text, both.messageId], ['one\n\ntwo', 'm2']);
    assert.equal(unsentDraft([], EMPTY_DRAFT).text, '');
  });

  it('are read back from the page state, and anything broken counts as nothing', () => {
    const state = {
      threadId: 't',
      draft: { text: 'x', attachments: [file], messageId: 'm', savedAtMs: 5 },
      place: { type: 'row', key: 'k', offset: 3 },
      unfolded: { k: true },
      questionDrafts: { 't1/call_1': { storage: { choice: 1, words: '' } } },
      queueEdits: { q1: { threadId: 't', text: 'new', before: 'old', removed: [0], isSaving: false } },
    };
    assert.deepEqual(parseLocalState(structuredClone(state)), state);
    assert.deepEqual(parseLocalState(undefined), NO_LOCAL_STATE);
    assert.deepEqual(parseLocalState({ threadId: 't', draft: { text: 1 }, place: 'x', unfolded: { k: 'yes' } }), {
      ...NO_LOCAL_STATE,
      threadId: 't',
    });
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.ok(parseLocalState(value))));
  });
});
