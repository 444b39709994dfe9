// The question whether a file that is kept from the model may be read for it, and what its answer grants.
import type { PermissionsApprovalParams, PermissionsApprovalResult } from '../../protocol/schema/approval.ts';
import type { Ask, Verdict } from '../turn/tool.ts';
import type { Grants } from './grants.ts';

export interface ReadQuestion {
  /** The tool call, or the message of the user, that wants it. */
  readonly itemId: string;
  /** Real paths. */
  readonly paths: readonly string[];
  readonly ask: Ask;
  /** Absolute; the workspace. */
  readonly cwd: string;
}

export interface ReadQuestionPlace {
  readonly threadId: string;
  readonly turnId: string;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
}

export function readQuestionParams(
  { itemId, paths, ask, cwd }: ReadQuestion,
  place: ReadQuestionPlace,
): PermissionsApprovalParams {
  return {
    ...place,
    itemId,
    environmentId: 'local',
    cwd,
    reason: ask.reason,
    permissions: { network: null, fileSystem: { read: [...paths], write: null } },
    safety: { risk: ask.risk, tripwire: ask.tripwire, isSandboxed: false, canRehearse: false },
  };
}

/** What was allowed to be read: for the session in the thread's grants, for the turn here. */
export class ReadGrants {
  readonly #grants: Grants;
  readonly #inTurn = new Set<string>();

  constructor(grants: Grants) {
    this.#grants = grants;
  }

  /** Whether the question was answered in this turn already. What a tripwire asks about is asked each time. */
  cover({ paths, ask }: ReadQuestion): boolean {
    return ask.tripwire === null && paths.every((path) => this.#inTurn.has(path));
  }

  /** Only what is named counts; anything else is a no. */
  take({ paths }: ReadQuestion, answer: PermissionsApprovalResult | 'failed'): Verdict {
    if (answer === 'failed') return 'failed';
    const granted = new Set(answer.permissions.fileSystem?.read ?? []);
    if (!paths.every((path) => granted.has(path))) return 'declined';
    if (answer.scope === 'session') this.#grants.add({ kind: 'read', paths }, 'outside');
    else for (const path of paths) this.#inTurn.add(path);
    return 'accepted';
  }

  turnEnded(): void {
    this.#inTurn.clear();
  }
}
