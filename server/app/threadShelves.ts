// What is kept beside threads, as it is shown with them: their sections, and what of them was read.
import type { ThreadStore } from '../core/thread/threadStore.ts';
import type { Thread } from '../protocol/schema/thread.ts';
import type { ThreadReadState } from '../protocol/schema/threadShelf.ts';
import type { ThreadList } from './threadTable.ts';

/** The threads, each with its section. */
export function inSections<T extends Thread>(store: ThreadStore, views: readonly T[]): T[] {
  const placements = store.shelf.placements(views.map(({ id }) => id));
  return views.map((view) => {
    const placement = placements.get(view.id);
    if (placement === undefined) return view;
    return { ...view, section: placement.section, sectionEnteredAt: Math.floor(placement.enteredAtMs / 1000) };
  });
}

export function readStates(threads: ThreadList, threadIds: readonly string[]): Record<string, ThreadReadState> {
  return Object.fromEntries(threads.store.shelf.readStates(threadIds));
}
