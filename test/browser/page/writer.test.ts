// A conversation that another window writes: it can be read, what is typed is kept, and it can be taken over.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import { useChat } from '../../support/useChat.ts';
import { followed, followedQuestion } from '../../support/writerScenes.ts';

const button = (chat: ChatPage, name: string) => chat.page.getByRole('button', { name, exact: true });
/** The queue is only looked at. */
const isSent = (message: PageMessage) =>
  message.kind === 'answer' || (message.kind === 'request' && message.method !== 'thread/queue/list');

describe('a conversation that another window writes', function () {
  this.timeout(30_000);
  const open = useChat();

  it('sends and stops nothing, says why, keeps the draft, and offers to take over', async () => {
    const chat = await open(followed.options);
    const field = chat.page.locator('.composer-field');
    await chat.page.getByText('Another window is writing this conversation.').waitFor();
    await chat.page.getByText('Bowline for VS Code, process 48213').waitFor();
    await field.press('Enter');
    await chat.page.getByText('Not sent: another window is writing').waitFor();
    assert.equal(await field.inputValue(), 'And then run the tests again, please.');
    await field.fill('');
    assert.match((await field.getAttribute('placeholder')) ?? '', /^Read-only/);
    await field.press('Escape');
    assert.equal(await button(chat, 'Stop').count(), 0);
    assert.equal(await chat.page.getByRole('button', { name: 'Restore files' }).count(), 0);
    await button(chat, 'Take Over').press('Enter');
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'runCommand');
    assert.deepEqual(chat.calls('runCommand'), [{ command: 'bowline.takeOverThread' }]);
    assert.deepEqual(chat.posted.filter(isSent), []);
  });

  it('shows the questions of that window, and lets them be answered once it writes itself', async () => {
    const chat = await open(followedQuestion.options);
    const card = chat.page.locator('.card.approval');
    await card.getByText('Answer it in the window that writes').waitFor();
    await chat.page.getByText('Waiting for an answer in the other window').waitFor();
    assert.equal(await card.getByRole('button', { name: 'Run', exact: true }).count(), 0);
    await chat.send({ kind: 'writer', writer: { type: 'here' } });
    await card.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await chat.page.getByText('Waiting for your approval').waitFor();
    assert.equal(await chat.page.locator('.writer-strip').count(), 0);
  });

  it('goes on here with the next message when that window is gone', async () => {
    const chat = await open(followed.options);
    await chat.page.locator('.writer-strip').waitFor();
    const warning = 'The process that wrote this thread is lost.';
    await chat.send({
      kind: 'notification',
      notification: { method: 'warning', params: { message: warning, about: 'writer' } },
    });
    await chat.send({ kind: 'writer', writer: { type: 'nobody' } });
    await chat.page.getByText('Your next message goes on with it here.').waitFor();
    assert.equal(await chat.page.getByText(warning).count(), 0, 'it is not said twice');
    await chat.page.locator('.composer-field').press('Enter');
    await chat.waitForPosted(isSent);
  });
});
