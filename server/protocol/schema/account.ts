// The account: an API key, kept by the server for the default provider.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

export const AccountReadParams = lazy(() => z.object({ refreshToken: z.boolean().nullish() }));
export type AccountReadParams = Infer<typeof AccountReadParams>;

export const AccountReadResult = lazy(() =>
  z.object({
    account: z.looseObject({ type: z.string() }).nullable(),
    userId: z.string().nullable(),
    /** True when the default provider needs an OpenAI key and none is known. */
    requiresOpenaiAuth: z.boolean(),
  }),
);
export type AccountReadResult = Infer<typeof AccountReadResult>;

export const AccountLoginStartParams = lazy(() => z.looseObject({ type: z.string(), apiKey: z.string().optional() }));
export type AccountLoginStartParams = Infer<typeof AccountLoginStartParams>;

export const AccountLoginStartResult = lazy(() => z.object({ type: z.literal('apiKey') }));
export type AccountLoginStartResult = Infer<typeof AccountLoginStartResult>;

export const AccountLoginCompleted = lazy(() =>
  z.object({
    loginId: z.string().nullable(),
    success: z.boolean(),
    error: z.string().nullable(),
    onboardingEntrypoint: z.unknown(),
  }),
);
export type AccountLoginCompleted = Infer<typeof AccountLoginCompleted>;

export const AccountUpdated = lazy(() =>
  z.object({ authMode: z.string().nullable(), planType: z.string().nullable() }),
);
export type AccountUpdated = Infer<typeof AccountUpdated>;

/** Limits of an account; an API key has none that a client could be told. */
export const AccountRateLimitsReadResult = lazy(() => {
  const none = z.null();
  return z.object({
    ordinaryUsageAllowed: none,
    rateLimits: z.object({
      limitId: none,
      limitName: none,
      normalModelSlug: none,
      primary: none,
      secondary: none,
      credits: none,
      individualLimit: none,
      spendControlReached: none,
      planType: none,
      rateLimitReachedType: none,
    }),
    rateLimitsByLimitId: none,
    rateLimitResetCredits: none,
    accountId: none,
    rateLimitUpsell: none,
  });
});
export type AccountRateLimitsReadResult = Infer<typeof AccountRateLimitsReadResult>;
