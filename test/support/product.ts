// Bowline as a user has it: the VSIX installed in a real VS Code, its chat open, a scripted model behind it.
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { CACHE } from '../../scripts/folders.mjs';
import { launchBrowser, openWindow, PATIENCE, runCommand, waitForWorkbench, type WindowOptions } from './browser.ts';
import { startModelServer } from './modelServer.ts';
import { IS_REFERENCE } from './ownOnly.ts';
import { builtVsix, startVscode, type RealVscode, type RealVscodeOptions } from './realVscode.ts';
import { referenceServer } from './referenceServer.ts';
import { screenshotFailures } from './screenshotFailures.ts';
import { providerConfig, ROOT_MAY_SANDBOX } from './story.ts';

const POLICIES = `sandbox_mode = "workspace-write"\napproval_policy = "on-request"\n`;

/** For `config`: the workspaces of the tests lie in the temporary folder, and what is beside them shall not be written to. */
export const TEMPORARY_IS_OUTSIDE = `[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
`;

/** The reference has `apply_patch` for models alone that it knows, and the plan when it is asked for it. */
const REFERENCE_MODEL = 'gpt-5.5';
const REFERENCE_TABLES = '[tools.update_plan]\nenabled = true\n';

const EVENTUALLY_MS = 20_000 * PATIENCE;
const LOOK_AGAIN_MS = 50;
const VIEW_OPENS_MS = 5_000;

/** An editor with Bowline in it, and the scripted model that its configuration names. */
export interface Product {
  readonly editor: RealVscode;
  readonly browser: Browser;
  readonly model: Awaited<ReturnType<typeof startModelServer>>;
  /** The window that was opened last. */
  readonly page: Page;
  /** Opens a window on the workspace, with the chat in sight. */
  open(options?: WindowOptions & { url?: string }): Promise<Chat>;
  /** Waits for the chat of a window that was loaded anew. */
  reopened(): Promise<Chat>;
}

export type ProductOptions = Partial<RealVscodeOptions> & {
  /** Files of the workspace: path to text. */
  files?: Record<string, string>;
  /** Without it config.toml names no provider, and so there is no model but the tour. */
  isConfigured?: boolean;
  /** More lines for the top of config.toml. */
  config?: string;
};

/** Call it inside a `describe`; the editor is started before its tests and ended after them. */
export function useProduct(options: ProductOptions = {}): Product {
  let editor: RealVscode | undefined;
  let browser: Browser | undefined;
  let model: Product['model'] | undefined;
  let page: Page | undefined;

  before(async function () {
    this.timeout(120_000 * PATIENCE);
    const extensionVsix = await builtVsix();
    const server = IS_REFERENCE ? await referenceOptions(options) : options;
    [editor, browser, model] = await Promise.all([
      startVscode({ extensionVsix, ...server }),
      launchBrowser(),
      startModelServer(),
    ]);
    const files = options.files ?? {};
    for (const [path, text] of Object.entries(files)) await writeFile(join(editor.workspace, path), text);
    await writeFile(join(editor.bowlineHome, 'config.toml'), configToml(model.url, options));
  });
  after(async () => {
    await browser?.close();
    await editor?.dispose();
    await model?.close();
  });
  screenshotFailures(() => page);

  return {
    get editor() {
      return given(editor);
    },
    get browser() {
      return given(browser);
    },
    get model() {
      return given(model);
    },
    get page() {
      return given(page);
    },
    open: async ({ url, ...windowOptions } = {}) => {
      page = await openWindow(given(browser), url ?? given(editor).url, windowOptions);
      return await openChat(page);
    },
    reopened: async () => {
      await waitForWorkbench(given(page));
      return await openChat(given(page));
    },
  };
}

/** The reference's program instead of Bowline's own, with the same home. */
async function referenceOptions(options: ProductOptions): Promise<ProductOptions> {
  const machineSettings = { 'bowline.server.path': await referenceServer() };
  // with a home below the folder of temporary files it has no sandbox
  return { ...options, machineSettings, homeVariable: 'CODEX_HOME', homesFolder: CACHE };
}

function configToml(modelUrl: string, { isConfigured = true, config = '' }: ProductOptions): string {
  const own = IS_REFERENCE ? REFERENCE_TABLES : ROOT_MAY_SANDBOX;
  if (!isConfigured) return own;
  const tables = `${POLICIES}${config}${own}`;
  const toml = providerConfig(modelUrl).replace('[model_providers', `${tables}[model_providers`);
  return IS_REFERENCE ? toml.replace('scripted-model', REFERENCE_MODEL) : toml;
}

/** Opens the chat of a window, as the command of the palette does. */
export async function openChat(page: Page): Promise<Chat> {
  await runCommand(page, 'Bowline: Focus Chat');
  const chat = chatOf(page);
  await chat.field.waitFor();
  return chat;
}

/** The chat of a window, with words for what is in it. Locators find it again after each reload. */
export interface Chat {
  readonly page: Page;
  readonly frame: FrameLocator;
  readonly field: Locator;
  readonly sendButton: Locator;
  readonly stopButton: Locator;
  /** What the line above the composer says. */
  readonly status: Locator;
  readonly approvals: Locator;
  readonly model: Locator;
  /** Leaves the conversation that is shown for a new one. */
  newThread(): Promise<void>;
  /** Types a message and presses Enter. */
  send(text: string): Promise<void>;
  /** The answer, or part of it, that contains this text. */
  answer(text: string): Locator;
  /** The message of the user that contains this text. */
  message(text: string): Locator;
  /** The item of a command whose line contains this text. */
  command(text: string): Locator;
  /** Waits until no turn runs. */
  idle(): Promise<void>;
  /** How far the conversation is scrolled. */
  place(): Promise<{ top: number; toEnd: number }>;
  /** The text at the upper edge of what is in sight. */
  topText(): Promise<string>;
}

export function chatOf(page: Page): Chat {
  const frame = page.frameLocator('iframe.webview[src*="bowline-dev.bowline"]').frameLocator('#active-frame');
  const field = frame.locator('.composer-field');
  const box = frame.locator('.transcript-box');
  const stopButton = frame.locator('.composer button.stop');
  return {
    page,
    frame,
    field,
    sendButton: frame.locator('.composer button.send'),
    stopButton,
    status: frame.locator('.status-line'),
    approvals: frame.locator('[data-approval]'),
    model: frame.locator('.model-button'),
    newThread: async () => {
      await runCommand(page, 'Bowline: New Thread');
      await frame.locator('.transcript').waitFor({ state: 'detached' });
    },
    send: async (text) => {
      await field.fill(text);
      await field.press('Enter');
    },
    answer: (text) => frame.locator('.row-agentMessage').filter({ hasText: text }).last(),
    message: (text) => frame.locator('.bubble').filter({ hasText: text }).last(),
    command: (text) => frame.locator('.row-commandExecution').filter({ hasText: text }).last(),
    idle: async () => await frame.locator('.status-line.idle').waitFor({ state: 'attached' }),
    place: async () =>
      await box.evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({
        top: Math.round(scrollTop),
        toEnd: Math.round(scrollHeight - scrollTop - clientHeight),
      })),
    topText: async () =>
      await box.evaluate((element) => {
        const { top } = element.getBoundingClientRect();
        const blocks = [...element.querySelectorAll('.markdown > *, .bubble')];
        return blocks.find((block) => block.getBoundingClientRect().top >= top)?.textContent ?? '';
      }),
  };
}

/** The rows of the threads tree, by their text. */
export function threadRow(page: Page, text: string | RegExp): Locator {
  return page.locator('.pane:has(> .pane-header:has-text("Threads")) .monaco-list-row').filter({ hasText: text });
}

/** Opens a view of Bowline's side bar by its command, and waits until it is unfolded. */
export async function showView(page: Page, name: 'Approvals' | 'Rules'): Promise<void> {
  const unfolded = page.locator('.pane-header[aria-expanded="true"]').filter({ hasText: new RegExp(`^${name}`) });
  const isUnfolded = async (): Promise<boolean> =>
    await unfolded.waitFor({ timeout: VIEW_OPENS_MS }).then(
      () => true,
      () => false, // the palette may have closed without running anything: what it was asked for is asked for again
    );
  const show = async (): Promise<boolean> => {
    await runCommand(page, name === 'Rules' ? 'Bowline: Show Rules' : 'Bowline: Focus Approvals');
    return await isUnfolded();
  };
  await eventually(show, async () => `The view ${name} stays folded.`);
}

/** Waits until something is true that the page has no event for. */
export async function eventually(
  isTrue: () => Promise<boolean>,
  why = async () => 'It did not come true.',
): Promise<void> {
  const deadline = Date.now() + EVENTUALLY_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(await why());
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Whether there is such a file. */
export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The processes of the App Server that work in this home. */
export async function serverProcesses(bowlineHome: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => ''); // it has ended meanwhile
    const isServer = /app-server\0/.test(await read('cmdline'));
    if (isServer && (await read('environ')).includes(`BOWLINE_HOME=${bowlineHome}\0`)) found.push(Number(pid));
  }
  return found;
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The product is started before the tests, not before that.');
  return value;
}
