// The user's rules: list, switch, remove, and the smallest one that covers a command.
import { ProtocolError } from '../../protocol/errors.ts';
import type { Handler } from '../requestContext.ts';

export const ruleList: Handler<'rule/list'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const ruleSetEnabled: Handler<'rule/setEnabled'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const ruleRemove: Handler<'rule/remove'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

export const rulePropose: Handler<'rule/propose'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));
