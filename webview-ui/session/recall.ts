// Earlier prompts of the conversation, brought back into an empty composer by the arrow keys.
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { ComposerState } from './composerState.ts';
import { shownMessage } from './userInput.ts';

/** Both answer whether there was something to bring back; the composer is left alone otherwise. */
export interface Recall {
  /** The prompt before the one that stands there. */
  older(): boolean;
  /** The prompt after it; after the last one the composer is empty again. */
  newer(): boolean;
}

/** `prompts` are the texts of earlier messages, the latest first. */
export function createRecall(composer: ComposerState, prompts: () => readonly string[]): Recall {
  let shown = -1;
  const standsAt = (all: readonly string[]): number => {
    const { text, attachments } = composer.draft.value;
    if (text === '' && attachments.length === 0) return -1;
    // what was changed since is the user's own text, and not to be replaced
    return text === all[shown] ? shown : Number.NaN;
  };
  const show = (all: readonly string[], index: number): boolean => {
    if (Number.isNaN(index) || index < -1 || index >= all.length) return false;
    shown = index;
    composer.setText(all[index] ?? '');
    return true;
  };
  return {
    older: () => {
      const all = prompts();
      return show(all, standsAt(all) + 1);
    },
    newer: () => {
      const all = prompts();
      const at = standsAt(all);
      return at >= 0 && show(all, at - 1);
    },
  };
}

/** What the user has said in a thread, the latest first, each text once in a row. */
export function promptsOf(state: ThreadState | null): string[] {
  const said = (state?.turns ?? [])
    .flatMap(({ items }) => items)
    .flatMap((item) => (item.type === 'userMessage' ? [shownMessage(item.content).text] : []))
    .filter((text) => text !== '');
  return said.filter((text, index) => text !== said[index + 1]).toReversed();
}
