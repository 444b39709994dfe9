// Shows a notification of the desktop by the program that each system has for it.
import { execFile } from 'node:child_process';
import { oneLine, visible } from '../../server/protocol/shownText.ts';

/** What is said: a heading and one line. */
export interface DesktopNotice {
  readonly title: string;
  readonly body: string;
}

/** A program with its arguments: no shell reads them. */
export interface NoticeCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

const LONGEST_TITLE = 80;
const LONGEST_BODY = 160;
const LIMIT_MS = 15_000;

/** The one line of a text that is shown there. */
export function noticeLine(text: string, limit = LONGEST_BODY): string {
  return oneLine(visible(text), limit);
}

/** How the system shows it; null for a system that has no program for it. */
export function noticeCommand(platform: NodeJS.Platform, notice: DesktopNotice): NoticeCommand | null {
  const title = noticeLine(notice.title, LONGEST_TITLE);
  const body = noticeLine(notice.body);
  switch (platform) {
    case 'linux':
    case 'freebsd':
      // the body may be read as markup; what follows the two dashes is never read as an option
      return { file: 'notify-send', args: ['--app-name=Bowline', '--', title, withoutMarkup(body)], env: {} };
    case 'darwin':
      return { file: '/usr/bin/osascript', args: [...OSASCRIPT, title, body], env: {} };
    case 'win32': {
      // PowerShell reads its arguments as a script, so that the texts must come by the environment
      const system = process.env['SystemRoot'] ?? 'C:\\Windows';
      return {
        file: `${system}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
        args: ['-NoProfile', '-NonInteractive', '-WindowStyle', 'Hidden', '-Command', TOAST_SCRIPT],
        env: { BOWLINE_NOTICE_TITLE: title, BOWLINE_NOTICE_BODY: body },
      };
    }
    default:
      return null;
  }
}

/** Runs the program; rejects when there is none, or when it fails. */
export async function runNotice({ file, args, env }: NoticeCommand): Promise<void> {
  const options = { env: { ...process.env, ...env }, timeout: LIMIT_MS, windowsHide: true };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  execFile(file, [...args], options, (error) => {
    if (error === null) resolve();
    else reject(error);
  });
  await promise;
}

const OSASCRIPT = [
  '-e',
  'on run argv',
  '-e',
  'display notification (item 2 of argv) with title (item 1 of argv)',
  '-e',
  'end run',
] as const;

/** Windows shows toasts only of programs that it knows; PowerShell is one. */
const TOAST_SCRIPT = [
  "$ErrorActionPreference = 'Stop'",
  '[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]',
  '$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)',
  "$lines = $xml.GetElementsByTagName('text')",
  '[void]$lines.Item(0).AppendChild($xml.CreateTextNode($env:BOWLINE_NOTICE_TITLE))',
  '[void]$lines.Item(1).AppendChild($xml.CreateTextNode($env:BOWLINE_NOTICE_BODY))',
  "$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'",
  '[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($xml))',
].join('; ');

function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
