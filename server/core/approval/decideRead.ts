// The decision on what the server itself reads for the model: credentials are a tripwire, files that are kept from the model ask.
import type { ReadPlace } from '../pathPolicy/reading.ts';
import type { Action, Decision } from '../turn/tool.ts';
import { asking } from './asking.ts';
import type { Policy } from './decideInput.ts';

/** Fails closed. */
const UNKNOWN: ReadPlace = { type: 'kept', reason: 'It was not looked at.' };

export function decideRead(policy: Policy, { paths }: Extract<Action, { kind: 'read' }>): Decision {
  const { approvalPolicy, readPlaces, granted, disarmed } = policy;
  const read = paths.map((path, index) => ({ path, place: readPlaces[index] ?? UNKNOWN }));
  const own = read.find(({ place }) => place.type === 'private');
  if (own?.place.type === 'private') return { type: 'refuse', reason: own.place.reason };
  const credentials = read.find(({ place }) => place.type === 'credentials');
  if (credentials?.place.type === 'credentials' && !disarmed.includes('credential_read')) {
    const reason = `Reads credentials: ${credentials.path}. ${credentials.place.reason}`;
    return asking(approvalPolicy, { reason, risk: 'high', tripwire: 'credential_read' });
  }
  if (granted !== null) return { type: 'run', reason: 'You accepted this for the session.' };
  const kept = read.find(({ place }) => place.type === 'kept');
  if (kept?.place.type === 'kept') {
    return asking(approvalPolicy, {
      reason: `Reads what is kept from the model: ${kept.path}. ${kept.place.reason}`,
      risk: 'high',
    });
  }
  return { type: 'run', reason: 'It only reads.' };
}
