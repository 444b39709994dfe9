// Changing the settings of a thread between turns.
import { Reply } from '../../rpc/incoming.ts';
import { changeSettings } from '../changeSettings.ts';
import type { Handler } from '../requestContext.ts';
import { withProfile } from '../withProfile.ts';

export const threadSettingsUpdate: Handler<'thread/settings/update'> = async (context, params) => {
  const thread = (await context.threads()).need(params.threadId);
  const tell = changeSettings(context, thread, await withProfile(context, thread, params));
  return new Reply({}, tell);
};
