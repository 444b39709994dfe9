// The decision on a command: rules that forbid, tripwires, what was granted, rules that ask, and then the mode and its sandbox.
import { isScriptShell } from '../command/shell.ts';
import type { Action, Decision } from '../turn/tool.ts';
import { asking, type Question } from './asking.ts';
import type { DecideInput } from './decideInput.ts';
import { writableRoots } from '../pathPolicy/writing.ts';
import { proposeRule } from './proposal.ts';
import { keptFileShown } from './keptRead.ts';
import { riskOf } from './risk.ts';
import { coverage, ruleOn, type Coverage } from './ruleCoverage.ts';
import { homeAround } from './shell/place.ts';
import { readScript } from './shell/readScript.ts';
import type { ShellScript } from './shell/shellScript.ts';
import { trippedByScript } from './tripwires/tripwires.ts';

export interface CommandInput extends DecideInput {
  readonly action: Extract<Action, { kind: 'command' }>;
}

/** All that the steps of the decision look at. */
interface Case extends CommandInput {
  readonly script: ShellScript;
  readonly coverage: Coverage;
  /** It would run in the sandbox. */
  readonly isSandboxed: boolean;
}

export function decideCommand(input: CommandInput): Decision {
  const seen = look(input);
  return forbidden(seen) ?? tripped(seen) ?? granted(seen) ?? prompted(seen) ?? shownToModel(seen) ?? byMode(seen);
}

function look(input: CommandInput): Case {
  const { policy, sandbox, rules, action } = input;
  const home = policy.places.userHomes[0] ?? homeAround(policy.cwd);
  const script = readScript(action.script, { folder: action.cwd, home });
  const isSandboxed = isContained(input) && sandbox.type === 'available' && !action.escalated;
  return {
    ...input,
    script,
    isSandboxed,
    coverage:
      action.shell !== undefined && !isScriptShell(action.shell)
        ? { type: 'none', reason: 'It is written for another shell than the ones that are read.' }
        : coverage(script, { rules, workspace: policy.cwd, places: policy.places }),
  };
}

function forbidden({ script, rules }: Case): Decision | null {
  const match = ruleOn(script, rules, 'forbidden');
  if (match === null) return null;
  const why = match.justification === null ? '' : ` ${match.justification}`;
  return { type: 'refuse', reason: `A rule forbids \`${match.pattern.join(' ')}\`.${why}` };
}

function tripped(seen: Case): Decision | null {
  const { policy, script, isSandboxed } = seen;
  if (script.isUnread)
    return ask(seen, {
      reason: 'The script is too long or too deeply nested to be looked through.',
      risk: 'high',
      isSandboxed,
    });
  const where = { roots: writableRoots(policy), places: policy.places };
  const trip = trippedByScript(script, where, policy.disarmed);
  return trip === null ? null : ask(seen, { reason: trip.reason, risk: 'high', tripwire: trip.name, isSandboxed });
}

/** Accepted in the sandbox is not accepted outside of it; what was accepted outside still runs inside where that is possible. */
function granted({ policy, isSandboxed }: Case): Decision | null {
  if (policy.granted === null) return null;
  const reason = 'You accepted this for the session.';
  if (isSandboxed) return { type: 'runSandboxed', reason };
  return policy.granted === 'outside' ? { type: 'run', reason } : null;
}

function prompted(seen: Case): Decision | null {
  const match = ruleOn(seen.script, seen.rules, 'prompt');
  if (match === null) return null;
  const why = match.justification === null ? '' : ` ${match.justification}`;
  const reason = `A rule asks before \`${match.pattern.join(' ')}\`.${why}${seen.action.escalated ? OUTSIDE_TOO : ''}`;
  return ask(seen, { reason, risk: riskIn(seen), isSandboxed: seen.isSandboxed, isByRule: true });
}

/** A file that is kept from the model is kept from its commands too, as far as they name it. */
function shownToModel(seen: Case): Decision | null {
  const word = keptFileShown(seen.script);
  if (word === null) return null;
  const reason = `Shows the model a file that usually holds secrets: ${word}.${seen.action.escalated ? OUTSIDE_TOO : ''}`;
  return ask(seen, { reason, risk: 'high', isSandboxed: seen.isSandboxed });
}

function byMode(seen: Case): Decision {
  const { sandbox } = seen;
  if (sandbox.type === 'unavailable' && sandbox.isRoot)
    return ask(seen, { reason: `Every command asks: ${sandbox.reason}`, risk: riskIn(seen) });
  if (!isContained(seen)) return withFullAccess(seen);
  if (sandbox.type === 'unavailable')
    return ask(seen, {
      reason: `Runs outside of the sandbox, which is not available: ${sandbox.reason}`,
      risk: riskIn(seen),
    });
  return seen.action.escalated ? escalated(seen) : inSandbox(seen);
}

function withFullAccess(seen: Case): Decision {
  const { policy, action } = seen;
  if (policy.approvalPolicy === 'untrusted') {
    if (isKnown(seen)) return { type: 'run', reason: whyKnown(seen) };
    return ask(seen, {
      reason: `Runs without a sandbox. ${whyUnknown(seen)}`,
      risk: riskIn(seen),
      ...remembering(seen),
    });
  }
  if (action.escalated && policy.approvalPolicy !== 'never' && seen.coverage.type !== 'rules')
    return ask(seen, {
      reason: 'The agent asks for more rights than usual; there is no sandbox in this mode.',
      risk: 'high',
      ...remembering(seen),
    });
  return { type: 'run', reason: 'Full access was chosen.' };
}

function escalated(seen: Case): Decision {
  if (seen.coverage.type === 'rules' && seen.action.session === undefined)
    return { type: 'run', reason: 'Your rules allow it, outside of the sandbox too.' };
  return ask(seen, {
    reason: 'Runs outside of the sandbox: it may write, read and reach everything that you can.',
    risk: 'high',
    ...remembering(seen),
  });
}

function inSandbox(seen: Case): Decision {
  const { policy } = seen;
  if (policy.approvalPolicy !== 'untrusted') return { type: 'runSandboxed', reason: 'The sandbox contains it.' };
  if (isKnown(seen)) return { type: 'runSandboxed', reason: whyKnown(seen) };
  return ask(seen, {
    reason: `Runs in the sandbox. ${whyUnknown(seen)}`,
    risk: riskIn(seen),
    isSandboxed: true,
    ...remembering(seen),
  });
}

const OUTSIDE_TOO = ' It runs outside of the sandbox.';

function ask({ policy }: Case, question: Question): Decision {
  return asking(policy.approvalPolicy, question);
}

function isContained({ policy }: CommandInput): boolean {
  return policy.sandbox.type === 'readOnly' || policy.sandbox.type === 'workspaceWrite';
}

/** What is typed into a program is no script of its own: neither the list nor a rule knows what the program makes of it. */
function isKnown({ coverage: covered, action }: Case): boolean {
  return covered.type !== 'none' && action.session === undefined;
}

function whyKnown({ coverage: covered }: Case): string {
  return covered.type === 'rules' ? 'Your rules allow it.' : 'It only reads.';
}

function whyUnknown({ coverage: covered }: Case): string {
  return `Under \`untrusted\` only what is known to just read runs unasked. ${covered.type === 'none' ? covered.reason : ''}`.trim();
}

function riskIn({ script, coverage: covered, isSandboxed, action }: Case): ReturnType<typeof riskOf> {
  return riskOf({
    script,
    isSandboxed,
    isEscalated: action.escalated,
    isKnown: covered.type !== 'none' && action.session === undefined,
  });
}

/** The rule that "accept and remember" would write; none for what cannot be put into words. */
function remembering({ policy, rules, script, action }: Case): Pick<Question, 'amendment'> {
  if (action.session !== undefined) return { amendment: null };
  const wanted = action.prefixRule ?? null;
  return { amendment: proposeRule(script, { rules, wanted, workspace: policy.cwd, places: policy.places }) };
}
