// Gives every component the page's session, and rows their folding.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Session } from '../session/session.ts';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('A component was drawn outside of the page.');
  return session;
}

/** Whether a row is unfolded, and how to turn that; what the user chose is kept across a reload. */
export function useFold(key: string, byDefault: boolean): readonly [open: boolean, toggle: () => void] {
  const session = useSession();
  const open = session.local.unfolded.value[key] ?? byDefault;
  return [open, () => session.local.setUnfolded(key, !open)];
}
