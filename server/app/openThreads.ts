// Opens the threads of the home: their store, and the way to the other servers. Loaded when the first thread is asked for.
import type { Transport } from '../rpc/transport.ts';
import type { ServerNotification } from '../protocol/methods.ts';
import type { Fanout } from './fanout.ts';
import { News } from './follow/news.ts';
import { markUnread } from './readMarks.ts';
import type { ServerRequests } from './serverRequests.ts';
import { ThreadTable } from './threadTable.ts';
import type { AppWorld } from './world.ts';

export interface ThreadsOptions {
  readonly app: AppWorld;
  readonly fanout: Fanout;
  readonly questions: ServerRequests;
  /** Serves another server of the home until it leaves. */
  serve(transport: Transport): Promise<void>;
  /** Tells the clients what happened in a thread. */
  publish(event: ServerNotification): void;
}

export async function openThreads({ app, fanout, questions, serve, publish }: ThreadsOptions): Promise<ThreadTable> {
  const [neighbours, notices] = await Promise.all([app.neighbours(), app.notices()]);
  const store = await app.openStore();
  const { ids, log } = app;
  const threads = new ThreadTable({
    app,
    store,
    async openWorld() {
      const world = await app.openTurnWorld(questions, store);
      world.rules.onDidChange(() => fanout.publish({ method: 'rule/changed', params: {} }));
      return world;
    },
    neighbours,
    notices,
    door: () => neighbours.open(serve),
    publish: (event) => {
      publish(event);
      markUnread({ ids, log, store }, event, (marked) => fanout.publish(marked));
    },
  });
  new News({ notices, fanout, threads }).start();
  return threads;
}
