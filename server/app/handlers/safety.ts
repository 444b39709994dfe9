// Safety: the sandbox's state, open approvals, rehearsals, and what the model was shown.
import { ProtocolError } from '../../protocol/errors.ts';
import type { Handler } from '../requestContext.ts';

export const sandboxRead: Handler<'sandbox/read'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const approvalList: Handler<'approval/list'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const approvalRehearse: Handler<'approval/rehearse'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const turnContextRead: Handler<'turn/context/read'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));
