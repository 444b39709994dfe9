// The sandbox in a real VS Code: what runs unasked and reaches nothing, what leaves it by a question, and what is tried before.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modalDialog, runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { outputOf } from '../support/modelRequest.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, useProduct, TEMPORARY_IS_OUTSIDE } from '../support/product.ts';

const OUTSIDE = { sandbox_permissions: 'require_escalated', justification: 'The note belongs beside the project.' };

ownOnly('how its sandbox contains and asks').describe('the sandbox in a real VS Code', () => {
  const userHome = mkdtempSync(join(tmpdir(), 'bowline-user-'));
  const product = useProduct({
    env: { HOME: userHome },
    config: TEMPORARY_IS_OUTSIDE,
    files: {
      'notes.txt': 'hello\n',
      'peek.sh': 'cat ~/.ssh/id_ed25519; echo x > ~/planted; echo x > ../planted; ls\n',
    },
  });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    await mkdir(join(userHome, '.ssh'));
    await writeFile(join(userHome, '.ssh', 'id_ed25519'), 'the private key\n');
    chat = await product.open();
  });
  after(() => rmSync(userHome, { recursive: true, force: true }));

  const inWorkspace = (...args: string[]) =>
    execFileSync('git', ['-C', product.editor.workspace, ...args], { encoding: 'utf8' });
  const beside = (name: string) => join(product.editor.workspace, '..', name);
  /** What the model was told about a command, by the id of its call. */
  const toldOf = async (callId: string): Promise<string> => {
    const { requests } = product.model;
    return outputOf(await product.model.request(requests.length - 1), callId);
  };

  it('contains a command, unasked: nothing outside is written, and the keys of the user are not there', async () => {
    product.model.script(answer(command('sh peek.sh', {}, { callId: 'peek' })), answer(text('I have looked.')));
    await chat.send('Look around.');
    await chat.answer('I have looked.').waitFor();
    await chat.idle();
    const told = await toldOf('peek');
    assert.match(told, /notes\.txt/);
    assert.doesNotMatch(told, /the private key/);
    assert.match(told, /id_ed25519: No such file[^]*planted: Read-only file system/);
    assert.deepEqual([await exists(join(userHome, 'planted')), await exists(beside('planted'))], [false, false]);
    assert.equal(await readFile(join(userHome, '.ssh', 'id_ed25519'), 'utf8'), 'the private key\n');
    assert.equal(await product.page.locator('.monaco-dialog-box').count(), 0);
  });

  it('lets the agent commit, unasked, and plant no hook', async () => {
    inWorkspace('init', '-q');
    const commit = 'git add -A && git -c user.name=me -c user.email=me@example.org commit -qm "Begin it"';
    product.model.script(
      answer(command(`${commit}; echo evil > .git/hooks/pre-commit; git log --format=%s`, {}, { callId: 'commit' })),
      answer(text('It is committed.')),
    );
    await chat.send('Commit it.');
    await chat.answer('It is committed.').waitFor();
    await chat.idle();
    assert.match(await toldOf('commit'), /pre-commit: Read-only file system[^]*Begin it/);
    assert.equal(inWorkspace('log', '--format=%s'), 'Begin it\n');
    assert.equal(inWorkspace('status', '--porcelain'), '');
    assert.equal(await exists(join(product.editor.workspace, '.git', 'hooks', 'pre-commit')), false);
  });

  it('is left only by a question that says so, and that it failed inside; declined, nothing runs', async () => {
    const { page, model } = product;
    model.script(
      answer(command('echo note > ../note.txt', {}, { callId: 'inside' })),
      answer(command('echo note > ../note.txt', OUTSIDE, { callId: 'outside' })),
      answer(text('Then without it.')),
    );
    await chat.send('Leave a note beside it.');
    const dialog = await modalDialog(page);
    assert.match(
      dialog.detail,
      /^Why: [^]*It was run in the sandbox before and failed there\.[^]*echo note > \.\.\/note\.txt/,
    );
    assert.match(dialog.detail, /It would run OUTSIDE of the sandbox, and could do everything that you may do\./);
    await screenshot(page, 'escalation-modal');
    await dialog.press('Decline');
    await chat.answer('Then without it.').waitFor();
    await chat.idle();
    assert.match(
      outputOf(await model.request(model.requests.length - 2), 'inside'),
      /in the sandbox[^]*require_escalated/,
    );
    assert.equal(await exists(beside('note.txt')), false);
  });

  it('is left when the user accepts', async () => {
    product.model.script(answer(command('echo note > ../note.txt', OUTSIDE)), answer(text('It is there now.')));
    await chat.send('Now do it.');
    await (await modalDialog(product.page)).press('Run');
    await chat.answer('It is there now.').waitFor();
    await chat.idle();
    assert.equal(await readFile(beside('note.txt'), 'utf8'), 'note\n');
  });

  it('tries in a copy first, shows every file of it, and writes exactly that', async () => {
    const { page, model, editor } = product;
    const script = 'echo "$RANDOM$RANDOM$RANDOM" > drawn.txt; echo more >> notes.txt; exit 3';
    model.script(answer(command(script, OUTSIDE)), answer(text('It is drawn.')));
    await chat.send('Draw lots.');
    await (await modalDialog(page)).press('Rehearse…');
    await page.locator('.multiDiffEntry').nth(1).waitFor();
    const drawn = page.locator('.multiDiffEntry .view-line').filter({ hasText: /^\d{3,}$/ });
    const shown = await drawn.first().innerText();
    const question = await waitForNotification(page, 'exit code 3');
    await screenshot(page, 'rehearsal-two-files');
    assert.deepEqual(
      [await exists(join(editor.workspace, 'drawn.txt')), await readFile(join(editor.workspace, 'notes.txt'), 'utf8')],
      [false, 'hello\n'],
    );
    await question.getByRole('link', { name: 'Apply This Result' }).click();
    await chat.answer('It is drawn.').waitFor();
    await chat.idle();
    assert.equal(await readFile(join(editor.workspace, 'drawn.txt'), 'utf8'), `${shown}\n`);
    assert.equal(await readFile(join(editor.workspace, 'notes.txt'), 'utf8'), 'hello\nmore\n');
    await runCommand(page, 'View: Close All Editors');
  });
});

ownOnly('questions about hosts').describe('the network of a sandboxed command in a real VS Code', () => {
  const product = useProduct();
  let chat: Chat;
  let host: Server;
  let visits = 0;

  before(async function () {
    this.timeout(120_000);
    host = createServer((_request, response) => {
      visits += 1;
      response.end('reached');
    });
    host.listen(0, '127.0.0.1');
    [chat] = await Promise.all([product.open(), once(host, 'listening')]);
  });
  after(() => {
    host.closeAllConnections();
    host.close();
  });

  /** Reaches for the host; what is local goes past the proxies unless it is told not to. */
  function fetching(marker: string): string {
    const address = host.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const script = `fetch("http://localhost:${port}").then(async (a) => console.log("${marker}", a.status), () => console.log("${marker}", "refused"))`;
    return `NO_PROXY= no_proxy= NODE_USE_ENV_PROXY=1 '${process.execPath}' -e '${script}'`;
  }

  it('is closed for a host until the user says otherwise', async () => {
    const { page, model } = product;
    model.script(answer(command(fetching('first'), {}, { callId: 'first' })), answer(text('Not reached.')));
    await chat.send('Fetch it.');
    const dialog = await modalDialog(page);
    assert.equal(dialog.message, 'A command wants to reach localhost. Allow it?');
    assert.match(dialog.detail, /The command runs already; the question is about the connection alone\./);
    assert.equal(visits, 0);
    await screenshot(page, 'network-modal');
    await dialog.press('Decline');
    await chat.answer('Not reached.').waitFor();
    await chat.idle();
    assert.match(outputOf(await model.request(1), 'first'), /first (refused|403)/);
    assert.equal(visits, 0);
  });

  it('is opened for the thread by one answer: the next command is not asked about', async () => {
    const { page, model } = product;
    model.script(
      answer(command(fetching('second'), {}, { callId: 'second' })),
      answer(command(fetching('third'), {}, { callId: 'third' })),
      answer(text('Reached twice.')),
    );
    await chat.send('Fetch it twice.');
    await (await modalDialog(page)).press('Allow for This Thread');
    await chat.answer('Reached twice.').waitFor();
    await chat.idle();
    assert.match(outputOf(await model.request(3), 'second'), /second 200/);
    assert.match(outputOf(await model.request(4), 'third'), /third 200/);
    assert.equal(visits, 2);
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
    await eventually(async () => (await chat.approvals.count()) === 0);
  });

  it('asks again in another thread', async () => {
    const { page, model } = product;
    await chat.newThread();
    model.script(answer(command(fetching('fourth'), {}, { callId: 'fourth' })), answer(text('Not again.')));
    await chat.send('Fetch it here too.');
    await (await modalDialog(page)).press('Decline');
    await chat.answer('Not again.').waitFor();
    assert.equal(visits, 2);
  });
});
