// Tells the model where it is: folder, shell, date, platform, and what the policies let it do.
import type { AskForApproval, SandboxPolicy } from '../../protocol/schema/common.ts';
import type { Settings } from '../settings.ts';

export interface Environment {
  /** The shell's name, e.g. "bash". */
  readonly shell: string;
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** E.g. "linux". */
  readonly platform: string;
  /** IANA, e.g. "Europe/Berlin". */
  readonly timeZone: string;
}

/** The `<environment_context>` block, sent with every request. The date changes it once a day, nothing else does while a thread stays as it is. */
export function environmentContext(settings: Settings, environment: Environment): string {
  return [
    '<environment_context>',
    `  <cwd>${escape(settings.cwd)}</cwd>`,
    `  <shell>${escape(environment.shell)}</shell>`,
    `  <platform>${escape(environment.platform)}</platform>`,
    `  <current_date>${dateIn(environment)}</current_date>`,
    `  <timezone>${escape(environment.timeZone)}</timezone>`,
    '</environment_context>',
  ].join('\n');
}

/** What the agent may do unasked, in words. */
export function permissionsText(settings: Settings): string {
  return `# Permissions\n${sandboxText(settings.sandbox, settings.cwd)}\n${approvalText(settings.approvalPolicy)}`;
}

function sandboxText(sandbox: SandboxPolicy, cwd: string): string {
  switch (sandbox.type) {
    case 'dangerFullAccess':
      return 'Full access: commands run without a sandbox and may write anywhere and use the network.';
    case 'externalSandbox':
      return `The environment itself is the sandbox; the network is ${sandbox.networkAccess}.`;
    case 'readOnly':
      return `Read-only: you may read files. Every change of a file needs the user's approval. ${network(sandbox.networkAccess)}`;
    case 'workspaceWrite':
      return `Workspace: you may change files below ${[cwd, ...sandbox.writableRoots].join(', ')}; changes elsewhere need the user's approval. ${network(sandbox.networkAccess)}`;
  }
}

function network(isAllowed: boolean): string {
  return isAllowed ? 'Commands may use the network.' : 'Do not count on the network.';
}

function approvalText(policy: AskForApproval): string {
  if (typeof policy === 'object')
    return 'Some kinds of actions are put to the user before they run; others are refused.';
  switch (policy) {
    case 'untrusted':
      return 'Every command and every patch is put to the user before it runs, apart from commands that are known to only read.';
    case 'on-request':
      return 'What goes beyond these permissions is put to the user before it runs: ask for it with sandbox_permissions "require_escalated" and a justification of one sentence.';
    case 'never':
      return 'Nobody can be asked: what goes beyond these permissions is refused. Find a way within them, or explain what is missing.';
  }
}

/** YYYY-MM-DD where the user is. */
export function dateIn({ nowMs, timeZone }: Pick<Environment, 'nowMs' | 'timeZone'>): string {
  // in most containers; the runtime's first look at time zones is slow
  if (/^(?:Etc\/)?(?:UTC|UCT|Zulu|Universal)$/.test(timeZone)) return new Date(nowMs).toISOString().slice(0, 10);
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('sv-SE', { ...parts, timeZone }).format(nowMs);
  } catch {
    // a time zone that this runtime does not know
    return new Intl.DateTimeFormat('sv-SE', { ...parts, timeZone: 'UTC' }).format(nowMs);
  }
}

/** A folder's name must not end the element it stands in. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
