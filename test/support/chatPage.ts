// Opens the real bundle of the chat page in a browser, with a scripted host in the extension's place.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ROOT } from '../../scripts/folders.mjs';
import type {
  HostMessage,
  HostMethod,
  HostServices,
  PageMessage,
  PageSnapshot,
} from '../../server/protocol/chatBridge.ts';
import type { ServerNotification } from '../../server/protocol/methods.ts';
import type { Theme } from './browser.ts';
import themeColors from './themeColors.json' with { type: 'json' };

const WEBVIEW = join(ROOT, 'dist', 'webview');
const NONCE = 'c2NyaXB0ZWRob3N0';
const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

const THEME_CLASSES: Record<Theme, string> = {
  light: 'vscode-light',
  dark: 'vscode-dark',
  highContrast: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast-light',
};

/** Serves the built page under the content security policy that the extension gives it. */
export type ChatSite = AsyncDisposable & { readonly url: (theme: Theme) => string };

export async function serveChat(): Promise<ChatSite> {
  const server = createServer((request, response) => {
    const answered = answer(request.url ?? '/');
    answered.then(
      ({ status, type, body }) => {
        const csp = [
          "default-src 'none'",
          `script-src 'nonce-${NONCE}'`,
          "style-src 'self'",
          "font-src 'self'",
          "img-src 'self' data: blob:",
        ].join('; ');
        response.writeHead(status, { 'content-type': type, 'content-security-policy': csp });
        response.end(body);
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (theme) => `http://127.0.0.1:${port}/?theme=${theme}`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

type Answer = { status: number; type: string; body: string | Buffer };

async function answer(address: string): Promise<Answer> {
  const { pathname, searchParams } = new URL(address, 'http://localhost');
  const theme = (searchParams.get('theme') ?? 'dark') as Theme;
  if (pathname === '/favicon.ico') return { status: 204, type: 'image/x-icon', body: '' };
  if (pathname === '/') return { status: 200, type: 'text/html', body: html(theme) };
  if (pathname.startsWith('/theme-')) return { status: 200, type: 'text/css', body: themeCss(pathname) };
  const folder = pathname === '/vscodeWebview.css' ? import.meta.dirname : WEBVIEW;
  const body = await readFile(join(folder, pathname)).catch(() => undefined); // answered with 404 below
  if (body === undefined)
    return { status: 404, type: 'text/plain', body: 'Not built: run "node scripts/build.mjs webview".' };
  return { status: 200, type: TYPES[pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream', body };
}

function html(theme: Theme): string {
  const kind = THEME_CLASSES[theme];
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="/vscodeWebview.css" />
    <link rel="stylesheet" href="/theme-${theme}.css" />
    <link rel="stylesheet" href="/codicon.css" />
    <link rel="stylesheet" href="/chat.css" />
    <title>Bowline</title>
  </head>
  <body class="${kind}" data-vscode-theme-kind="${kind}">
    <div id="root"></div>
    <script type="module" nonce="${NONCE}" src="/chat.js"></script>
  </body>
</html>`;
}

function themeCss(pathname: string): string {
  const theme = /^\/theme-(\w+)\.css$/.exec(pathname)?.[1] as Theme;
  const lines = Object.entries(themeColors[theme]).map(([name, value]) => `${name}: ${value};`);
  const scheme = theme === 'dark' || theme === 'highContrast' ? 'dark' : 'light';
  return `:root { color-scheme: ${scheme}; ${lines.join(' ')} } body { background: var(--vscode-sideBar-background); }`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

type Handlers = Partial<{
  [M in HostMethod]: (
    params: HostServices[M]['params'],
  ) => HostServices[M]['result'] | Promise<HostServices[M]['result']>;
}>;
type RequestMessage = Extract<PageMessage, { kind: 'request' }>;

export type ChatOptions = {
  theme?: Theme;
  size?: { width: number; height: number };
  zoom?: number;
  snapshot: PageSnapshot;
  /** Services of the host; those not given answer with something empty. */
  services?: Handlers;
  /** Answers the page's requests to the server; throw an Error to refuse. */
  onRequest?: (message: RequestMessage, chat: ChatPage) => unknown;
  /** `onRequest` answers what waits in the queue, too; without it nothing waits. */
  hasQueue?: boolean;
  reducedMotion?: boolean;
  /** Goes to another address first, to have the page's storage of an earlier page. */
  context?: BrowserContext;
};

/** The page, and what was said to its host. */
export type ChatPage = AsyncDisposable & {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Everything the page has posted, oldest first. */
  readonly posted: readonly PageMessage[];
  /** What went wrong in the page: exceptions, console errors, content that the policy refused. */
  readonly faults: readonly string[];
  snapshot: PageSnapshot;
  send(...messages: readonly HostMessage[]): Promise<void>;
  notify(...notifications: readonly ServerNotification[]): Promise<void>;
  /** Resolves with the first message, past or future, that fits. */
  waitForPosted(fits: (message: PageMessage) => boolean): Promise<PageMessage>;
  /** The host's calls of one service so far. */
  calls<M extends HostMethod>(method: M): HostServices[M]['params'][];
};

const DEFAULTS: { [M in HostMethod]: HostServices[M]['result'] } = {
  openFile: null,
  openDiff: null,
  openRehearsal: null,
  reviewChanges: null,
  completeFiles: [],
  attachFiles: [],
  currentSelection: null,
  pickFiles: [],
  saveDraft: null,
  showThread: null,
  forkAt: null,
  restoreFiles: null,
  setMode: null,
  setApiKey: false,
  findLocalServers: [],
  chooseLocalServer: null,
  pickModel: null,
  openFolder: null,
  manageTrust: null,
  runCommand: null,
  copyText: null,
  openLink: null,
};

/** Every file may be attached. */
const SERVICES: Handlers = {
  attachFiles: ({ paths }) => paths.map((path) => ({ type: 'file', path, name: path.split('/').at(-1) ?? path })),
};

type Service = ((params: unknown) => unknown) | undefined;

export async function openChat(browser: Browser, site: ChatSite, options: ChatOptions): Promise<ChatPage> {
  const { theme = 'dark', size = { width: 420, height: 720 }, zoom = 1 } = options;
  const viewport = { width: Math.round(size.width / zoom), height: Math.round(size.height / zoom) };
  const context =
    options.context ??
    (await browser.newContext({
      viewport,
      deviceScaleFactor: zoom,
      reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce',
      ...(theme.startsWith('highContrast') && { forcedColors: 'none' }),
    }));
  const page = await context.newPage();
  const posted: PageMessage[] = [];
  const faults: string[] = [];
  const watchers = new Set<(message: PageMessage) => void>();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });

  const chat: ChatPage = {
    page,
    context,
    posted,
    faults,
    snapshot: options.snapshot,
    send: (...messages) =>
      page.evaluate((sent) => {
        for (const message of sent) window.postMessage(message, '*');
      }, messages as unknown[]),
    notify: (...notifications) => chat.send({ kind: 'notifications', notifications }),
    waitForPosted: (fits) =>
      new Promise((resolve) => {
        const known = posted.find(fits);
        if (known !== undefined) return resolve(known);
        const watch = (message: PageMessage): void => {
          if (!fits(message)) return;
          watchers.delete(watch);
          resolve(message);
        };
        watchers.add(watch);
      }),
    calls: (method) =>
      posted.flatMap((message) =>
        message.kind === 'call' && message.method === method ? [message.params as never] : [],
      ),
    [Symbol.asyncDispose]: async () => {
      if (options.context === undefined) await context.close();
      else await page.close();
    },
  };

  await page.exposeFunction('toHost', async (message: PageMessage) => {
    posted.push(message);
    for (const watch of [...watchers]) watch(message);
    if (message.kind === 'ready') await chat.send({ kind: 'snapshot', snapshot: chat.snapshot });
    else if (message.kind === 'call' || message.kind === 'request') await reply(chat, options, message);
  });
  await page.addInitScript(() => {
    const { toHost } = globalThis as unknown as { toHost: (message: unknown) => Promise<void> };
    const api = {
      postMessage: (message: unknown) => void toHost(message),
      getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
    };
    Object.assign(globalThis, { acquireVsCodeApi: () => api });
  });
  await page.goto(site.url(theme));
  return chat;
}

async function answerRequest(chat: ChatPage, options: ChatOptions, message: RequestMessage): Promise<unknown> {
  if (message.method === 'thread/queue/list' && options.hasQueue !== true) return { data: [], nextCursor: null };
  return await options.onRequest?.(message, chat);
}

/** Gives an open page another theme, as the editor does when the user changes it. */
export async function setTheme({ page }: ChatPage, theme: Theme): Promise<void> {
  await page.evaluate(
    async ({ href, kind }) => {
      const old = document.querySelector<HTMLLinkElement>('link[href^="/theme-"]');
      if (old === null) throw new Error('The page has no theme.');
      const next = document.createElement('link');
      const loaded = new Promise((resolve) => next.addEventListener('load', resolve));
      Object.assign(next, { rel: 'stylesheet', href });
      old.replaceWith(next);
      await loaded;
      document.body.className = kind;
      document.body.dataset['vscodeThemeKind'] = kind;
    },
    { href: `/theme-${theme}.css`, kind: THEME_CLASSES[theme] },
  );
}

async function reply(
  chat: ChatPage,
  options: ChatOptions,
  message: Extract<PageMessage, { kind: 'call' | 'request' }>,
): Promise<void> {
  const { id } = message;
  try {
    const result =
      message.kind === 'request'
        ? await answerRequest(chat, options, message)
        : await ((options.services?.[message.method] ?? SERVICES[message.method]) as Service)?.(message.params);
    const byDefault = message.kind === 'call' ? DEFAULTS[message.method] : {};
    await chat.send({ kind: 'reply', id, result: result === undefined ? byDefault : result });
  } catch (error) {
    // a page that was closed in the meantime wants no reply
    if (chat.page.isClosed()) return;
    await chat.send({
      kind: 'reply',
      id,
      error: { code: -32600, message: error instanceof Error ? error.message : String(error) },
    });
  }
}
