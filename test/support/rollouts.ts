// Small rollouts, as a home of the reference server has them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const START_MS = 1_790_000_000_000;

/** One thread with a turn for each prompt, each answered with the same words in capitals. */
export function writeRollout(home: string, id: string, prompts: readonly string[], cwd = home): string {
  const folder = join(home, 'sessions', '2026', '09', '21');
  mkdirSync(folder, { recursive: true });
  let at = 0;
  const line = (type: string, payload: object): string =>
    JSON.stringify({ timestamp: new Date(START_MS + (at += 1000)).toISOString(), type, payload });
  const event = (type: string, payload: object): string => line('event_msg', { type, ...payload });
  const said = (role: string, type: string, text: string): string =>
    line('response_item', { type: 'message', role, content: [{ type, text }] });
  const timestamp = new Date(START_MS).toISOString();
  const about = { id, timestamp, cwd, originator: 'codex_cli_rs', cli_version: '0.99.0', source: 'cli' };
  const lines = [
    line('session_meta', { ...about, model_provider: 'scripted' }),
    line('turn_context', { cwd, model: 'gpt-5.5' }),
    ...prompts.flatMap((prompt, index) => [
      event('task_started', { turn_id: `${id}-t${index}` }),
      said('user', 'input_text', prompt),
      event('user_message', { message: prompt }),
      said('assistant', 'output_text', prompt.toUpperCase()),
      event('agent_message', { message: prompt.toUpperCase() }),
      event('task_complete', { turn_id: `${id}-t${index}` }),
    ]),
  ];
  const path = join(folder, `rollout-2026-09-21T00-00-00-${id}.jsonl`);
  writeFileSync(path, lines.map((text) => `${text}\n`).join(''));
  return path;
}
