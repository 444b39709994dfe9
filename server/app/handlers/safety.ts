// Safety: open approvals, and rehearsals.
import { relayedQuestions } from '../follow/relayedQuestions.ts';
import { openApprovals } from '../openApprovals.ts';
import type { Handler } from '../requestContext.ts';

/** Also what another process asks this client, which follows its thread. */
export const approvalList: Handler<'approval/list'> = async ({ connection, questions, threadList }) => ({
  data: openApprovals(await threadList(), [...questions.open, ...relayedQuestions(connection.relays)]),
});

export const approvalRehearse: Handler<'approval/rehearse'> = async ({ questions }, { threadId, requestId }) =>
  await questions.rehearse(threadId, requestId);
