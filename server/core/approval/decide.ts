// Decides, without looking at anything but its arguments, whether an action runs, asks the user first, or is refused.
import type { AskForApproval, SandboxPolicy } from '../../protocol/schema/common.ts';
import type { Action, Decision } from '../turn/tool.ts';

/** What the decision depends on. */
export interface PolicyInput {
  readonly approvalPolicy: AskForApproval;
  readonly sandbox: SandboxPolicy;
  /** Absolute; the workspace. */
  readonly cwd: string;
  /** The user already accepted this very action for the session. */
  readonly isGranted: boolean;
}

/** Names in a workspace, of folders and files, that decide what runs later; a patch of them always asks. */
const PROTECTED_NAMES = ['.git', '.vscode', '.bowline', '.mcp.json'];

const NEVER = 'The approval policy is `never`, so nobody can be asked.';

/**
 * The decision on an action. There is no command sandbox in this version, so a command runs unasked only under full access:
 * anything else asks, or is refused where nobody may be asked.
 */
export function decide(action: Action, input: PolicyInput): Decision {
  if (action.kind === 'read') return { type: 'run', reason: 'It only reads.' };
  if (input.isGranted) return { type: 'run', reason: 'You accepted this for the session.' };
  return action.kind === 'command' ? decideCommand(action, input) : decidePatch(action.paths, input);
}

function decideCommand(action: Extract<Action, { kind: 'command' }>, input: PolicyInput): Decision {
  const { approvalPolicy, sandbox } = input;
  if (sandbox.type === 'dangerFullAccess') {
    if (approvalPolicy === 'untrusted')
      return asking('The approval policy is `untrusted`: every command asks.');
    if (approvalPolicy === 'never' || !action.escalated) return { type: 'run', reason: 'Full access was chosen.' };
    return ask(input, 'The agent asks for more rights than usual.');
  }
  return ask(input, 'Commands are not sandboxed, so each one asks unless full access is chosen.');
}

function decidePatch(paths: readonly string[], input: PolicyInput): Decision {
  const { approvalPolicy, sandbox, cwd } = input;
  const roots = sandbox.type === 'workspaceWrite' ? [cwd, ...sandbox.writableRoots] : [cwd];
  const outside = paths.find((path) => !roots.some((root) => isWithin(path, root)));
  if (outside !== undefined) return ask(input, `The patch writes outside of the workspace: ${outside}`);
  const guarded = paths.find((path) => roots.some((root) => isProtected(path, root)));
  if (guarded !== undefined) return ask(input, `The patch writes to a protected place: ${guarded}`);
  if (sandbox.type === 'readOnly') return ask(input, 'The sandbox is read-only.');
  if (approvalPolicy === 'untrusted')
    return asking('The approval policy is `untrusted`: every patch asks.');
  return { type: 'run', reason: 'The patch stays inside the workspace.' };
}

/** Asks where the policy lets us, else refuses; fails closed. */
function ask(input: PolicyInput, reason: string): Decision {
  const { approvalPolicy } = input;
  if (approvalPolicy === 'never') return { type: 'refuse', reason: `${reason} ${NEVER}` };
  if (typeof approvalPolicy === 'object' && !approvalPolicy.granular.sandbox_approval) {
    return { type: 'refuse', reason: `${reason} The approval policy does not allow asking for it.` };
  }
  return asking(reason);
}

function asking(reason: string): Decision {
  return { type: 'ask', reason, risk: 'medium', tripwire: null, isSandboxed: false, amendment: null };
}

function isWithin(path: string, root: string): boolean {
  // a root that was left empty is no root, and surely not the whole disk
  if (root === '') return false;
  const base = withoutTrailingSeparator(root);
  return path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}

function isProtected(path: string, root: string): boolean {
  if (!isWithin(path, root)) return false;
  const segments = path.slice(withoutTrailingSeparator(root).length).split(/[/\\]/);
  return segments.some((segment) => PROTECTED_NAMES.includes(segment.toLowerCase()));
}

function withoutTrailingSeparator(root: string): string {
  return root.replace(/[/\\]+$/, '');
}
