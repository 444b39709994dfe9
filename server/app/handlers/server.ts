// What belongs to no thread: models, account.
import { isAgentError, ProtocolError } from '../../protocol/errors.ts';
import type { Model } from '../../protocol/schema/model.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Handler } from '../requestContext.ts';
import type { AppWorld } from '../world.ts';

export const modelList: Handler<'model/list'> = async ({ app }, params) => {
  const models = (await modelsOf(app, params.modelProvider ?? null)).filter(
    (model) => params.includeHidden === true || !model.hidden,
  );
  const start = offsetOf(params.cursor ?? null);
  const end = params.limit === undefined || params.limit === null ? models.length : start + Math.max(1, params.limit);
  return { data: models.slice(start, end), nextCursor: end < models.length ? String(end) : null };
};

/** A provider that is not configured is a mistake of the request here; in a turn it is a failure of the turn. */
async function modelsOf(app: AppWorld, provider: string | null): Promise<readonly Model[]> {
  try {
    return await app.models(provider);
  } catch (error) {
    if (!isAgentError(error)) throw error;
    throw new ProtocolError('invalidRequest', error.message, { kind: 'modelProviderNotFound', cause: error });
  }
}

/** Who looks for the account will talk to a model; who only lists threads does not ask. */
export const accountRead: Handler<'account/read'> = ({ app }) => {
  app.expectTurn('soon');
  return app.account.read();
};

export const accountLoginStart: Handler<'account/login/start'> = async ({ app, fanout }, params) => {
  if (params.type !== 'apiKey') {
    throw new ProtocolError(
      'invalidRequest',
      `Signing in with \`${params.type}\` is not supported; use an API key (type \`apiKey\`).`,
      { kind: 'loginNotSupported' },
    );
  }
  await app.account.login(params.apiKey ?? '');
  return new Reply({ type: 'apiKey' as const }, () => {
    fanout.publish({
      method: 'account/login/completed',
      params: { loginId: null, success: true, error: null, onboardingEntrypoint: null },
    });
    fanout.publish({ method: 'account/updated', params: { authMode: 'apikey', planType: null } });
  });
};

export const accountLogout: Handler<'account/logout'> = async ({ app, fanout }) => {
  await app.account.logout();
  return new Reply({}, () => fanout.publish({ method: 'account/updated', params: { authMode: null, planType: null } }));
};

/** An API key has limits, but nobody tells them. */
export const accountRateLimitsRead: Handler<'account/rateLimits/read'> = async () => ({
  ordinaryUsageAllowed: null,
  rateLimits: {
    limitId: null,
    limitName: null,
    normalModelSlug: null,
    primary: null,
    secondary: null,
    credits: null,
    individualLimit: null,
    spendControlReached: null,
    planType: null,
    rateLimitReachedType: null,
  },
  rateLimitsByLimitId: null,
  rateLimitResetCredits: null,
  accountId: null,
  rateLimitUpsell: null,
});

function offsetOf(cursor: string | null): number {
  if (cursor === null) return 0;
  const offset = Number(cursor);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new ProtocolError('invalidRequest', `invalid cursor: ${cursor}`, { kind: 'invalidCursor' });
  return offset;
}
