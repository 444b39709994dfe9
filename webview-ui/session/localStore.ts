// Keeps the page's own state across a reload, a change at a time.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Bridge } from '../bridge.ts';
import { parseLocalState, type LocalState } from './localState.ts';

export interface LocalStore {
  current(): LocalState;
  keep(change: Partial<LocalState>): void;
  readonly unfolded: ReadonlySignal<LocalState['unfolded']>;
  setUnfolded(key: string, open: boolean): void;
}

/** More foldings than this are not remembered: the oldest go first. */
const UNFOLDED_LIMIT = 500;

export function createLocalStore(bridge: Bridge): LocalStore {
  let state = parseLocalState(bridge.load());
  const unfolded = signal(state.unfolded);
  const keep = (change: Partial<LocalState>): void => {
    state = { ...state, ...change };
    bridge.save(state);
  };
  return {
    current: () => state,
    keep,
    unfolded,
    setUnfolded: (key, open) => {
      const entries = Object.entries({ ...unfolded.value, [key]: open });
      unfolded.value = Object.fromEntries(entries.slice(-UNFOLDED_LIMIT));
      keep({ unfolded: unfolded.value });
    },
  };
}
