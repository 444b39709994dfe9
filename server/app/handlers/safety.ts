// Safety: open approvals, and rehearsals.
import { openApprovals } from '../openApprovals.ts';
import type { Handler } from '../requestContext.ts';

export const approvalList: Handler<'approval/list'> = async ({ questions, threads }) => ({
  data: openApprovals(await threads(), questions.open),
});

export const approvalRehearse: Handler<'approval/rehearse'> = async ({ questions }, { threadId, requestId }) =>
  await questions.rehearse(threadId, requestId);
