// Everything that lives as long as the extension is active.
import type { ChatView } from './chat/chatView.ts';
import type { Drafts } from './chat/drafts.ts';
import type { FileCompletion } from './chat/editorContext.ts';
import type { KeptFiles } from './chat/keptFiles.ts';
import type { ShownThread } from './chat/shownThread.ts';
import type { Host } from './host.ts';
import type { ModelState } from './models/modelState.ts';
import type { PlanMode } from './plan/planMode.ts';
import type { AnswerMemory } from './questions/answerMemory.ts';
import type { RuleList } from './rules/ruleList.ts';
import type { SandboxState } from './sandbox/sandboxState.ts';
import type { ThreadLimits } from './sandbox/threadLimits.ts';
import type { PendingDeletes } from './threads/pendingDeletes.ts';
import type { ThreadList } from './threads/threadList.ts';

export interface Rooms extends Host {
  readonly chat: ChatView;
  readonly list: ThreadList;
  readonly deletes: PendingDeletes;
  readonly shown: ShownThread;
  readonly models: ModelState;
  readonly drafts: Drafts;
  readonly files: FileCompletion;
  readonly kept: KeptFiles;
  readonly rules: RuleList;
  readonly sandbox: SandboxState;
  readonly limits: ThreadLimits;
  readonly plan: PlanMode;
  readonly answers: AnswerMemory;
}

/** What a page needs to be connected: the rooms without the chat, which is what holds the page. */
export type PageRooms = Omit<Rooms, 'chat'>;
