// Safety: open approvals, rehearsals, and what the model was shown.
import { ProtocolError } from '../../protocol/errors.ts';
import { openApprovals } from '../openApprovals.ts';
import type { Handler } from '../requestContext.ts';

export const approvalList: Handler<'approval/list'> = async ({ questions, threads }) => ({
  data: openApprovals(await threads(), questions.open),
});

export const approvalRehearse: Handler<'approval/rehearse'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const turnContextRead: Handler<'turn/context/read'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));
