// Asks the user before a file that is kept from the model is read for it.
import type { ToolContext } from './tool.ts';

export type ReadConsent =
  | { readonly type: 'free' }
  /** The user allowed it, for this turn or for the session. */
  | { readonly type: 'allowed' }
  /** `reason` is for the model. */
  | { readonly type: 'refused'; readonly reason: string };

export interface ReadRequest {
  /** A real path. */
  readonly path: string;
  /** The item that wants it; it was started before. */
  readonly itemId: string;
}

export async function readConsent(
  { path, itemId }: ReadRequest,
  context: Pick<ToolContext, 'decide' | 'askRead'>,
): Promise<ReadConsent> {
  const decision = await context.decide({ kind: 'read', paths: [path] });
  switch (decision.type) {
    case 'run':
    case 'runSandboxed':
      return { type: 'free' };
    case 'refuse':
      return { type: 'refused', reason: `${path} was not read: ${decision.reason}` };
    case 'ask': {
      const verdict = await context.askRead(itemId, [path], decision);
      if (verdict === 'accepted') return { type: 'allowed' };
      const why = verdict === 'failed' ? 'nobody allowed it' : 'the user did not allow it';
      return {
        type: 'refused',
        reason: `${path} was not read: ${why}. Do not try to get its content in another way; go on without it, or ask.`,
      };
    }
  }
}
