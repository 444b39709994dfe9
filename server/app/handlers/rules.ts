// The user's rules: list, switch, remove, and the smallest one that covers a command.
import { BackTest, lookalikes, scriptOf, type BackTestResult } from '../../core/approval/backTest.ts';
import { commandRuleText } from '../../core/approval/rules/ruleText.ts';
import { quoteArgv } from '../../core/command/shellQuote.ts';
import type { Clock } from '../../core/ports.ts';
import type { ThreadStore } from '../../core/thread/threadStore.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { pastCommands } from '../pastCommands.ts';
import type { Handler } from '../requestContext.ts';

/** Past commands that a proposal is held against. */
const MOST_COMMANDS = 5_000;
const MOST_EXAMPLES = 4;

export const ruleList: Handler<'rule/list'> = async ({ app, threads }, { cwd }) =>
  (await threads()).world.rules.list(folderOf(app.absolutePath, cwd));

export const ruleSetEnabled: Handler<'rule/setEnabled'> = async ({ app, threads }, { id, isEnabled, cwd }) => {
  await (await threads()).world.rules.setEnabled(id, isEnabled, folderOf(app.absolutePath, cwd));
  return {};
};

export const ruleRemove: Handler<'rule/remove'> = async ({ app, threads }, { id, cwd }) => {
  await (await threads()).world.rules.remove(id, folderOf(app.absolutePath, cwd));
  return {};
};

export const rulePropose: Handler<'rule/propose'> = async ({ app, questions, threads }, { threadId, requestId }) => {
  const asked = questions.open.find((open) => open.id === requestId && open.threadId === threadId);
  if (asked === undefined)
    throw new ProtocolError('invalidRequest', `no open request: ${requestId}`, { kind: 'requestNotFound' });
  const { params } = asked;
  const pattern = 'proposedExecpolicyAmendment' in params ? (params.proposedExecpolicyAmendment ?? null) : null;
  if (pattern === null || !('command' in params)) {
    const message = 'No rule would cover this and not much more, so it is asked each time.';
    throw new ProtocolError('invalidRequest', message, { kind: 'ruleNotProposed' });
  }
  const { world } = await threads();
  const test = new BackTest(pattern, { workspace: params.cwd ?? '', places: world.places });
  await lookBack(test, world.store, app.clock);
  const { total, covered, declined, ...known } = test.result;
  return {
    pattern,
    text: commandRuleText(pattern, 'allow'),
    ...examplesOf(pattern, scriptOf(params.command ?? ''), known),
    history: { total, covered, declined: [...declined] },
  };
};

async function lookBack(test: BackTest, store: ThreadStore, clock: Clock): Promise<void> {
  let left = MOST_COMMANDS;
  for (const commands of pastCommands(store)) {
    for (const command of commands.slice(0, left)) test.take(command);
    left -= commands.length;
    if (left <= 0) return;
    await new Promise<void>((resolve) => void clock.after(0, resolve));
  }
}

/** From the past where it has some: what is known says more than what is made up. */
function examplesOf(
  pattern: readonly string[],
  asked: string,
  { examples, near }: Pick<BackTestResult, 'examples' | 'near'>,
): { covers: string[]; doesNotCover: string[] } {
  const covers = new Set([asked, quoteArgv(pattern), ...examples]);
  const doesNotCover = new Set([...near, ...lookalikes(pattern).map(quoteArgv)]);
  return { covers: [...covers].slice(0, MOST_EXAMPLES), doesNotCover: [...doesNotCover].slice(0, MOST_EXAMPLES) };
}

function folderOf(absolutePath: (path: string) => string, cwd: string | null | undefined): string | null {
  return cwd === null || cwd === undefined ? null : absolutePath(cwd);
}
