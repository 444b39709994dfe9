// How the entry in the status bar reads, for every state of the server and its threads.
import type { ModelChoice, ServerStatus } from '../server/protocol/chatBridge.ts';

/** What the entry is made from. */
export interface StatusFacts {
  readonly server: ServerStatus;
  readonly model: ModelChoice | null;
  /** Turns that run in this window. */
  readonly running: number;
  /** Requests that wait for the user, and how many of these are questions of the agent. */
  readonly waiting: WaitingCounts;
}

export interface WaitingCounts {
  readonly all: number;
  readonly questions: number;
}

/** How the entry reads. */
export interface StatusLook {
  readonly text: string;
  readonly tooltip: string;
  readonly background: 'warning' | 'error' | null;
}

/** `An approval waits`, `2 questions wait`, `3 requests wait`: what and verb, and the same in short. */
export function waitingWords({ all, questions }: WaitingCounts): Readonly<Record<'what' | 'verb' | 'short', string>> {
  const noun = questions === 0 ? 'approval' : questions === all ? 'question' : 'request';
  if (all !== 1) return { what: `${all} ${noun}s`, verb: 'wait', short: `${all} ${noun}s` };
  return { what: noun === 'approval' ? 'An approval' : `A ${noun}`, verb: 'waits', short: noun };
}

/** The most pressing fact wins: a stopped server, a waiting approval, a running turn, the model. */
export function statusLook({ server, model, running, waiting }: StatusFacts): StatusLook {
  switch (server.type) {
    case 'starting':
      return { text: '$(loading~spin) Bowline', tooltip: `${server.phase}…`, background: null };
    case 'restarting':
      return { text: '$(sync~spin) Bowline', tooltip: server.detail, background: 'warning' };
    case 'stopped':
      return { text: '$(error) Bowline', tooltip: server.detail, background: 'error' };
    case 'ready':
      break;
  }
  const name = model === null ? 'Bowline' : model.model || model.providerName;
  const about = model === null ? 'Ready' : `Model: ${name} (${model.providerName})`;
  if (waiting.all > 0) {
    const { what, verb, short } = waitingWords(waiting);
    return { text: `$(bell-dot) Bowline: ${short}`, tooltip: `${what} ${verb} for your answer`, background: 'warning' };
  }
  if (running > 0) {
    const what = running === 1 ? 'The agent is at work' : `The agent is at work in ${running} threads`;
    return { text: `$(loading~spin) ${name}`, tooltip: `${what}\n${about}`, background: null };
  }
  return { text: `$(sparkle) ${name}`, tooltip: about, background: null };
}
