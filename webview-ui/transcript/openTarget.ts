// Opens what was clicked inside Markdown: files in the editor, addresses outside, code into the clipboard.
import { absolutePath } from '../session/paths.ts';
import type { Session } from '../session/session.ts';

const CONFIRMED_MS = 1500;

export function openTarget(session: Session, event: MouseEvent): void {
  if (!(event.target instanceof Element)) return;
  const copy = event.target.closest('[data-copy]');
  if (copy !== null) return copyCode(session, copy);
  const link = event.target.closest('a');
  if (link === null) return;
  event.preventDefault();
  const { path, line } = link.dataset;
  if (path !== undefined) {
    const absolute = absolutePath(path, session.thread.value?.thread.cwd ?? session.folders.value[0]);
    session.ask(session.bridge.call('openFile', { path: absolute, ...(line !== undefined && { line: Number(line) }) }));
  } else if (link.href !== '') session.ask(session.bridge.call('openLink', { url: link.href }));
}

function copyCode(session: Session, button: Element): void {
  const text = button.closest('.code-block')?.querySelector('pre')?.textContent ?? '';
  const icon = button.querySelector('.codicon');
  const confirm = (): void => {
    icon?.classList.replace('codicon-copy', 'codicon-check');
    setTimeout(() => icon?.classList.replace('codicon-check', 'codicon-copy'), CONFIRMED_MS);
  };
  session.ask(session.bridge.call('copyText', { text }).then(confirm));
}
