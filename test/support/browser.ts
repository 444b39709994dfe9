// Drives the window of a real VS Code as a user does: keyboard, mouse, eyes.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { ROOT } from '../../scripts/folders.mjs';
import { CHROMIUM } from '../../scripts/systemPackages.mjs';

export const SCREENSHOTS = join(ROOT, 'test-results', 'screenshots');

/** First paint takes 5 to 12 seconds on a machine with two cores, more when it is busy. */
/** On a machine that is busy with other things everything takes longer: `BOWLINE_PATIENCE=6` waits six times as long. */
export const PATIENCE = Number(process.env['BOWLINE_PATIENCE'] ?? 1);
const WINDOW_TIMEOUT_MS = 90_000 * PATIENCE;
const ACTION_TIMEOUT_MS = 30_000 * PATIENCE;
const LOOK_AGAIN_MS = 200;
const PALETTE_LOOKS_AGAIN_MS = 1_500 * PATIENCE;

/** Colour themes that come with VS Code: the value of the setting `workbench.colorTheme`, the name in its list, the class of the workbench. */
export const THEMES = {
  light: { setting: 'Light 2026', label: 'Light 2026', baseClass: 'vs' },
  dark: { setting: 'Dark 2026', label: 'Dark 2026', baseClass: 'vs-dark' },
  highContrast: { setting: 'Default High Contrast', label: 'Dark High Contrast', baseClass: 'hc-black' },
  highContrastLight: { setting: 'Default High Contrast Light', label: 'Light High Contrast', baseClass: 'hc-light' },
} as const;

export type Theme = keyof typeof THEMES;

/** Starts the browser; `close()` ends it with all its windows. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = CHROMIUM.find();
  if (executablePath === undefined) {
    throw new Error('No Chromium found: run "node scripts/setup.mjs tests", or set BOWLINE_CHROMIUM to one.');
  }
  const quiet = ['--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({
    executablePath,
    args: ['--disable-gpu', '--disable-background-networking', ...quiet, ...asRoot],
  });
}

export type WindowOptions = {
  /** In CSS pixels at zoom 1. */
  size?: { width: number; height: number };
  /** 2 shows everything twice as large in the same window. */
  zoom?: number;
  /** Called before the page loads, such as to expose functions to it. */
  prepare?: (page: Page) => Promise<void>;
};

/** Opens a VS Code window and waits until its workbench is there and its extensions have been started. */
export async function openWindow(browser: Browser, url: string, options: WindowOptions = {}): Promise<Page> {
  const { size = { width: 1280, height: 800 }, zoom = 1 } = options;
  const viewport = { width: Math.round(size.width / zoom), height: Math.round(size.height / zoom) };
  const context = await browser.newContext({ viewport, deviceScaleFactor: zoom });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(ACTION_TIMEOUT_MS);
  await options.prepare?.(page);
  await page.goto(url, { timeout: WINDOW_TIMEOUT_MS });
  await waitForWorkbench(page);
  return page;
}

/** Reloads the window by VS Code's own command, which saves the state first, and waits until it is usable again. */
export async function reloadWindow(page: Page): Promise<void> {
  const loaded = page.waitForEvent('load', { timeout: WINDOW_TIMEOUT_MS });
  await runCommand(page, 'Developer: Reload Window');
  await loaded;
  await waitForWorkbench(page);
}

/** Waits until the workbench is usable; for after `page.reload()`, which cuts a window off in the middle of things. */
export async function waitForWorkbench(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ timeout: WINDOW_TIMEOUT_MS });
  await page.locator('.statusbar .statusbar-item').first().waitFor({ timeout: WINDOW_TIMEOUT_MS });
}

/** Runs a command by its title in the command palette, as a user would: F1, type, click. Waits for the command to exist. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input[type="text"]');
  const found = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
  const wasClicked = await watchPalette(page);
  const deadline = Date.now() + ACTION_TIMEOUT_MS;
  do {
    await page.keyboard.press('F1');
    // an input that is just closing, or gives way to that of a command, is tried again
    if ((await fillSoon(input, title)) && ((await clickSoon(found)) || (await wasClicked()))) return;
  } while (Date.now() < deadline);
  throw new Error(`The command palette knows no command "${title}" after ${ACTION_TIMEOUT_MS} ms.`);
}

/** The palette looks at the commands only when its text changes, and the extension may have registered its own later. */
async function fillSoon(input: Locator, title: string): Promise<boolean> {
  try {
    await input.fill('>', { timeout: PALETTE_LOOKS_AGAIN_MS });
    await input.fill(`>${title}`, { timeout: PALETTE_LOOKS_AGAIN_MS });
    return true;
  } catch {
    return false; // it was not there in time: the caller opens it again
  }
}

/**
 * Answers how to ask the window whether a command was clicked: when it is busy a click takes effect after the driver has given it up, and
 * a command that is tried again runs twice.
 */
async function watchPalette(page: Page): Promise<() => Promise<boolean>> {
  const clicks = await page.evaluateHandle(() => {
    const seen = { count: 0 };
    const look = ({ target }: MouseEvent): void => {
      if (target instanceof Element && target.closest('.quick-input-list .monaco-list-row') !== null) seen.count += 1;
    };
    document.addEventListener('click', look, { capture: true });
    return seen;
  });
  // a window that is gone by now was told to reload
  return () => clicks.evaluate(({ count }) => count > 0).catch(() => true);
}

async function clickSoon(locator: Locator): Promise<boolean> {
  try {
    await locator.click({ timeout: PALETTE_LOOKS_AGAIN_MS });
    return true;
  } catch {
    return false; // not there in this time, or gone again: the caller asks again, up to its own limit
  }
}

/** Answers the quick pick or input box that is open. */
export async function answerQuickInput(page: Page, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press('Enter');
}

/**
 * Waits for the frame of a webview.
 * @param which a selector of something in it, or a test of the frame
 */
export async function webviewFrame(page: Page, which: string | ((frame: Frame) => Promise<boolean>)): Promise<Frame> {
  const matches = typeof which === 'string' ? async (frame: Frame) => (await frame.$(which)) !== null : which;
  const deadline = Date.now() + ACTION_TIMEOUT_MS;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      if (frame === page.mainFrame() || frame.isDetached()) continue;
      // a frame that navigates away under the question is not the one; its successor is asked next time
      if (await matches(frame).catch(() => false)) return frame;
    }
    await page.waitForTimeout(LOOK_AGAIN_MS);
  }
  const frames = page.frames().map((frame) => `  ${frame.name()} ${frame.url().slice(0, 120)}`);
  throw new Error(
    `No webview frame with ${String(which)} within ${ACTION_TIMEOUT_MS} ms. Frames:\n${frames.join('\n')}`,
  );
}

/** A modal dialog that is open. */
export type ModalDialog = {
  readonly box: Locator;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  /** Presses the button with this label and waits until the dialog is gone. */
  press(button: string): Promise<void>;
  /** Presses Escape and waits until the dialog is gone. */
  escape(): Promise<void>;
};

/** Waits for a modal dialog and reads it. */
export async function modalDialog(page: Page): Promise<ModalDialog> {
  const box = page.locator('.monaco-dialog-box');
  await box.waitFor();
  const text = async (selector: string) =>
    (await box.locator(selector).count()) === 0 ? '' : box.locator(selector).first().innerText();
  const buttons = box.locator('.dialog-buttons .monaco-button:not(.monaco-dropdown-button)');
  // dialogs queue: the next one may take the place of this one at once
  const id = await box.first().evaluate((element) => (element.id ||= `dialog-${performance.now()}`));
  const gone = () => page.locator(`[id="${id}"]`).waitFor({ state: 'detached' });
  return {
    box,
    message: await text('.dialog-message-text'),
    detail: await text('.dialog-message-detail'),
    buttons: await buttons.allInnerTexts(),
    press: async (button) => {
      await buttons.getByText(button, { exact: true }).click();
      await gone();
    },
    escape: async () => {
      await page.keyboard.press('Escape');
      await gone();
    },
  };
}

/** Waits for a notification whose text contains `text`; its buttons are in the locator that is answered. */
export async function waitForNotification(page: Page, text: string): Promise<Locator> {
  const toast = page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
  await toast.waitFor();
  return toast;
}

/** Chooses a colour theme as a user would and waits until the window shows it. To start in a theme, use the setting instead. */
export async function chooseTheme(page: Page, theme: Theme): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  const input = page.locator('.quick-input-widget input[type="text"]');
  const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: THEMES[theme].label }).first();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: '2026' }).first().waitFor();
  await input.fill(THEMES[theme].label);
  await row.click();
  await waitForTheme(page, theme);
}

export async function waitForTheme(page: Page, theme: Theme): Promise<void> {
  await page.locator(`.monaco-workbench.${THEMES[theme].baseClass}`).waitFor();
}

/** Writes what the window shows to test-results/screenshots/NAME.png; answers the path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  await mkdir(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
