// Short messages to the user above the composer: what went wrong, and what to do about it.
import { signal, type ReadonlySignal } from '@preact/signals';

export interface Notice {
  readonly id: number;
  readonly tone: 'error' | 'warning' | 'info';
  readonly text: string;
}

/** More than this at once would hide the conversation. */
const LIMIT = 3;

export interface Notices {
  readonly shown: ReadonlySignal<readonly Notice[]>;
  /** The same text is not shown twice. */
  add(tone: Notice['tone'], text: string): void;
  dismiss(id: number): void;
  /** Takes back what has turned out not to be so. */
  withdraw(text: string): void;
  /** Takes away what belongs to the past once the user acts anew. */
  clear(): void;
}

export function createNotices(): Notices {
  const shown = signal<readonly Notice[]>([]);
  let lastId = 0;
  return {
    shown,
    add: (tone, text) => {
      const others = shown.value.filter((notice) => notice.text !== text);
      shown.value = [...others, { id: ++lastId, tone, text }].slice(-LIMIT);
    },
    dismiss: (id) => {
      shown.value = shown.value.filter((notice) => notice.id !== id);
    },
    withdraw: (text) => {
      shown.value = shown.value.filter((notice) => notice.text !== text);
    },
    clear: () => {
      shown.value = [];
    },
  };
}

/** Why something failed, in the words of whoever refused it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
