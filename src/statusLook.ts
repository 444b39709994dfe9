// How the entry in the status bar reads, for every state of the server and its threads.
import type { ModelChoice, ServerStatus } from '../server/protocol/chatBridge.ts';

/** What the entry is made from. */
export interface StatusFacts {
  readonly server: ServerStatus;
  readonly model: ModelChoice | null;
  /** Turns that run in this window. */
  readonly running: number;
  /** Requests that wait for the user. */
  readonly waiting: number;
}

/** How the entry reads. */
export interface StatusLook {
  readonly text: string;
  readonly tooltip: string;
  readonly background: 'warning' | 'error' | null;
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
  if (waiting > 0) {
    const what = waiting === 1 ? 'An approval waits' : `${waiting} approvals wait`;
    const count = waiting === 1 ? 'approval' : `${waiting} approvals`;
    return { text: `$(bell-dot) Bowline: ${count}`, tooltip: `${what} for your answer`, background: 'warning' };
  }
  if (running > 0) {
    const what = running === 1 ? 'The agent is at work' : `The agent is at work in ${running} threads`;
    return { text: `$(loading~spin) ${name}`, tooltip: `${what}\n${about}`, background: null };
  }
  return { text: `$(sparkle) ${name}`, tooltip: about, background: null };
}
