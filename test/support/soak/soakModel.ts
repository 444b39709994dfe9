// The scripted model of the soak: what it answers depends on what the user asked for, and it counts how often each message was the newest.
import type { ModelRequestRecord } from '../modelRequest.ts';
import { answer, command, gate, text, type Reply } from '../modelScript.ts';
import { startModelServer } from '../modelServer.ts';

export type Asked = 'words' | 'slow' | 'command' | 'background' | 'many';

export const ASKED: readonly Asked[] = ['words', 'words', 'slow', 'command', 'background', 'many'];

/** The text of a message that the model understands. */
export const messageText = (clientId: string, asked: Asked): string => `[[${clientId}]] ${asked}`;

const MARK = /\[\[([^\]]+)\]\] (\w+)/;
const WORDS = 'One word after the other, as a model says them. '.repeat(6);
const SLOWEST_MS = 1_500;
/** So many requests are kept; nobody looks at older ones. */
const KEPT = 200;

export interface SoakModel {
  readonly url: string;
  /** How often the model was asked with this message as the last word. */
  readonly asked: ReadonlyMap<string, number>;
  readonly requests: number;
  close(): Promise<void>;
}

export async function startSoakModel(random: () => number): Promise<SoakModel> {
  const asked = new Map<string, number>();
  let requests = 0;
  const model = await startModelServer();
  model.otherwise((request) => {
    requests += 1;
    if (requests % KEPT === 0) model.forget();
    const said = newestMessage(request);
    if (said === null) return answer(text(WORDS), { chunking: 'event' });
    asked.set(said.clientId, (asked.get(said.clientId) ?? 0) + 1);
    return replyTo(said.asked, `slow-${requests}`, (name) => {
      setTimeout(() => model.open(name), random() * SLOWEST_MS);
    });
  });
  return {
    url: model.url,
    asked,
    get requests() {
      return requests;
    },
    close: () => model.close(),
  };
}

function replyTo(asked: string, name: string, openLater: (name: string) => void): Reply {
  const whole = { chunking: 'event' as const };
  switch (asked) {
    case 'slow':
      openLater(name);
      return answer([text(WORDS), gate(name), text(WORDS)], whole);
    case 'command':
      return answer([text('Looking.', { phase: 'commentary' }), command(`echo ${name} >> log.txt; sleep 0.1`)], whole);
    case 'background':
      return answer(command('echo begun; sleep 600 & wait', { yield_time_ms: 250 }), whole);
    case 'many':
      return answer([command('echo one'), command('sleep 0.2; echo two'), command('echo three >> three.txt')], whole);
    default:
      return answer(text(WORDS), whole);
  }
}

/** Null when the last word was not the user's: a command has ended, or the history is to be summed up. */
function newestMessage({ input }: ModelRequestRecord): { clientId: string; asked: string } | null {
  const last = input.at(-1);
  if (last?.['role'] !== 'user') return null;
  const found = MARK.exec(JSON.stringify(last['content']));
  return found === null ? null : { clientId: found[1] ?? '', asked: found[2] ?? '' };
}
