// Measures the extension in a real VS Code: its activation, the chat's first paint, and what an open panel costs while nothing happens.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../../scripts/folders.mjs';
import { launchBrowser, openWindow } from '../support/browser.ts';
import { openChat } from '../support/product.ts';
import { startVscode, type RealVscode } from '../support/realVscode.ts';
import { bytesWritten, processesOf, processorSeconds } from './processFacts.ts';
import type { Sample } from './report.ts';

/** Opening a window takes some ten seconds. */
const MOST_WINDOWS = 5;
const IDLE_MS = 60_000;
/** After the start VS Code itself is busy for a while. */
const SETTLE_MS = 20_000;
const LOG_WITHIN_MS = 20_000;

/** One sample for each window, and one of a minute in which nothing happens. */
export async function measureEditor(runs: number, told: (text: string) => void): Promise<Sample[]> {
  const samples: Sample[] = [];
  const windows = Math.min(runs, MOST_WINDOWS);
  for (let window = 1; window <= windows; window += 1) {
    told(`window ${window} of ${windows}`);
    samples.push(await openOnce());
  }
  told('one minute of nothing, without Bowline');
  const without = await idle('without');
  told('one minute of nothing, with its panel open');
  const used = await idle('with');
  samples.push({
    idleServer: used.server,
    idleServerWrites: used.serverWrites,
    idleHost: Math.max(0, used.host - without.host),
    idleHostWrites: Math.max(0, used.hostWrites - without.hostWrites),
  });
  return samples;
}

async function openOnce(): Promise<Sample> {
  await using editor = await startVscode({ extensionPath: ROOT });
  await using browser = await launchBrowser();
  const chat = await openChat(await openWindow(browser, editor.url));
  const firstPaint = await chat.field.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  return { activation: await activationMs(editor), firstPaint: firstPaint ?? Number.NaN };
}

interface IdleFacts {
  /** Percent of one processor. */
  readonly server: number;
  readonly host: number;
  /** Bytes. */
  readonly serverWrites: number;
  readonly hostWrites: number;
}

async function idle(panel: 'with' | 'without'): Promise<IdleFacts> {
  await using editor = await startVscode(panel === 'with' ? { extensionPath: ROOT } : { extension: 'none' });
  await using browser = await launchBrowser();
  const page = await openWindow(browser, editor.url);
  if (panel === 'with') await openChat(page);
  await delay(SETTLE_MS);
  const servers = processesOf(editor.bowlineHome, 'app-server');
  const hosts = processesOf(editor.bowlineHome, '--type=extensionHost');
  if (hosts.length === 0 || (panel === 'with') !== servers.length > 0)
    throw new Error(`${hosts.length} extension hosts and ${servers.length} servers are running.`);
  const sum = (pids: readonly number[], of: (pid: number) => number): number =>
    pids.reduce((total, pid) => total + of(pid), 0);
  const take = (): IdleFacts => ({
    server: sum(servers, processorSeconds),
    host: sum(hosts, processorSeconds),
    serverWrites: sum(servers, bytesWritten),
    hostWrites: sum(hosts, bytesWritten),
  });
  const before = take();
  await delay(IDLE_MS);
  const after = take();
  const percent = (seconds: number): number => (seconds / (IDLE_MS / 1000)) * 100;
  return {
    server: percent(after.server - before.server),
    host: percent(after.host - before.host),
    serverWrites: after.serverWrites - before.serverWrites,
    hostWrites: after.hostWrites - before.hostWrites,
  };
}

/** The extension writes it into its log. */
async function activationMs(editor: RealVscode): Promise<number> {
  const deadline = Date.now() + LOG_WITHIN_MS;
  for (;;) {
    for (const name of await readdir(editor.dataDir, { recursive: true })) {
      if (!name.endsWith('Bowline.log')) continue;
      const told = /Activated in ([\d.]+) ms/.exec(await readFile(join(editor.dataDir, name), 'utf8'));
      if (told !== null) return Number(told[1]);
    }
    if (Date.now() > deadline) throw new Error('The log of the extension does not tell how long its activation took.');
    await delay(200);
  }
}
