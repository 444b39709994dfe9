// The commands that start a review of code, take its findings away, and compact a conversation.
import * as vscode from 'vscode';
import type { ReviewTarget } from '../../server/protocol/schema/review.ts';
import type { Commands } from '../commands.ts';
import type { Rooms } from '../rooms.ts';
import type { ReviewFindings } from './findings.ts';

export interface ReviewPorts {
  readonly rooms: Pick<Rooms, 'server' | 'store' | 'shown' | 'chat' | 'limits'>;
  readonly findings: ReviewFindings;
  /** Absolute paths of the workspace's folders. */
  readonly folders: () => readonly string[];
}

type Kind = ReviewTarget['type'];

const KINDS: readonly (vscode.QuickPickItem & { readonly kindOfTarget: Kind })[] = [
  {
    label: 'Uncommitted Changes',
    detail: 'What is staged, unstaged and untracked in the working tree',
    kindOfTarget: 'uncommittedChanges',
  },
  { label: 'Against a Branch…', detail: 'What the current branch adds to another one', kindOfTarget: 'baseBranch' },
  { label: 'A Commit…', detail: 'What one commit changes', kindOfTarget: 'commit' },
  { label: 'In Your Own Words…', detail: 'Say what to look at, and for what', kindOfTarget: 'custom' },
];

export function reviewCommands({ rooms, findings, folders }: ReviewPorts): Commands {
  const { server, shown } = rooms;
  return {
    'bowline.startReview': async () => {
      const picked = await vscode.window.showQuickPick(KINDS, {
        title: 'Bowline: Review',
        placeHolder: 'Review what?',
      });
      const target = picked === undefined ? null : await targetOf(picked.kindOfTarget);
      if (target === null) return;
      const threadId = await threadForReview(rooms, folders());
      rooms.store.needWriter(threadId);
      await server.request('review/start', { threadId, target });
    },
    'bowline.clearReview': () => findings.clear(),
    'bowline.compactThread': async () => {
      if (shown.id === null) throw new Error('No conversation is shown that could be compacted.');
      rooms.store.needWriter(shown.id);
      await server.request('thread/compact/start', { threadId: shown.id });
    },
  };
}

/** Null when the user leaves it. */
async function targetOf(kind: Kind): Promise<ReviewTarget | null> {
  const ask = async (prompt: string, value = ''): Promise<string | null> => {
    const options = { title: 'Bowline: Review', prompt, value, validateInput: needed };
    return (await vscode.window.showInputBox(options))?.trim() ?? null;
  };
  switch (kind) {
    case 'uncommittedChanges':
      return { type: kind };
    case 'baseBranch': {
      const branch = await ask('The branch to compare with', 'main');
      return branch === null ? null : { type: kind, branch };
    }
    case 'commit': {
      const sha = await ask('The commit, as git names it', 'HEAD');
      return sha === null ? null : { type: kind, sha };
    }
    case 'custom': {
      const instructions = await ask('What shall be looked at, and for what?');
      return instructions === null ? null : { type: kind, instructions };
    }
  }
}

function needed(text: string): string | undefined {
  return text.trim() === '' ? 'It may not be empty.' : undefined;
}

/** The thread on screen, or a new one in the first folder of the workspace. */
async function threadForReview(
  { store, shown, chat, limits }: ReviewPorts['rooms'],
  folders: readonly string[],
): Promise<string> {
  const [cwd] = folders;
  if (shown.id !== null) {
    await chat.focus();
    await store.whenReopened();
    return shown.id;
  }
  if (cwd === undefined) throw new Error('Open a folder first: a review needs code to look at.');
  const { thread } = await store.start(await limits.start({ cwd }));
  await chat.show(thread.id);
  return thread.id;
}
