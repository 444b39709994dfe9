// What the clients of the soak were told to be done, and what went wrong.
import type { ServerNotification } from '../../../server/protocol/methods.ts';
import type { ThreadItem } from '../../../server/protocol/schema/item.ts';

export interface DoneItem {
  readonly threadId: string;
  readonly turnId: string;
  readonly item: ThreadItem;
}

export class Ledger {
  readonly faults: string[] = [];
  /** By thread, turn, kind and id. */
  readonly done = new Map<string, DoneItem>();
  readonly turns = new Set<string>();
  readonly completed = new Set<string>();
  /** The turn that each thread was last heard to run. */
  readonly running = new Map<string, string>();
  readonly counts = new Map<string, number>();

  fault(what: string): void {
    if (this.faults.length < 200) this.faults.push(what);
    console.log(`FAULT ${what.slice(0, 500)}`);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  refused(method: string, kind: string): void {
    this.count(`refused ${method} ${kind}`);
  }

  answered(method: string): void {
    this.count(`answered ${method}`);
  }

  hear({ method, params }: ServerNotification): void {
    switch (method) {
      case 'turn/started':
        this.turns.add(params.turn.id);
        this.running.set(params.threadId, params.turn.id);
        return;
      case 'turn/completed':
        this.completed.add(params.turn.id);
        if (this.running.get(params.threadId) === params.turn.id) this.running.delete(params.threadId);
        return;
      case 'item/completed': {
        const { threadId, turnId, item } = params;
        this.done.set(`${threadId} ${turnId} ${item.type} ${item.id}`, { threadId, turnId, item });
        return;
      }
      default:
        return;
    }
  }
}
