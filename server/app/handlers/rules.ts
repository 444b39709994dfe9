// The user's rules: list, switch, remove, and the smallest one that covers a command.
import { ProtocolError } from '../../protocol/errors.ts';
import type { Handler } from '../requestContext.ts';

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

export const rulePropose: Handler<'rule/propose'> = () =>
  Promise.reject(new ProtocolError('invalidRequest', 'This server cannot do that yet.'));

function folderOf(absolutePath: (path: string) => string, cwd: string | null | undefined): string | null {
  return cwd === null || cwd === undefined ? null : absolutePath(cwd);
}
