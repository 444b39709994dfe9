// The longer texts of the tour.
import type { StepResult, TourStep } from './tourHistory.ts';

export const introduction =
  '**This is a scripted tour of Bowline: no model is connected.** Nothing here was thought up for you. The script goes through the ' +
  'steps of a real agent, with the real tools, in your real workspace, and asks you where a real agent would.';

const CONNECT = [
  'To connect a real model, do one of these:',
  '',
  '- Run **Bowline: Set API Key** and enter an OpenAI key.',
  '- Start a server such as Ollama, LM Studio or vLLM on this machine and choose it on the welcome page.',
  '- Describe any OpenAI-compatible provider in `config.toml`:',
  '',
  '```toml',
  'model = "the-model"',
  'model_provider = "mine"',
  '',
  '[model_providers.mine]',
  'name = "Mine"',
  'base_url = "https://example.com/v1"',
  'env_key = "MINE_API_KEY"',
  'wire_api = "responses" # or "chat"',
  '```',
].join('\n');

export const notConnected = `This is still the scripted tour, so I cannot answer that.\n\n${CONNECT}\n\nSay "again" to see the tour once more.`;

export const stopped =
  'You stopped the scripted tour. Say "go on" to see the rest, or "again" to start over.\n\n' + CONNECT;

const DEEDS: Readonly<Record<TourStep, string>> = {
  list: 'Looked around in the folder',
  read: 'Read a file',
  edit: 'Proposed an edit',
  command: 'Asked to run a command',
};

const OUTCOMES: Readonly<Record<StepResult['outcome'], string>> = {
  done: 'done',
  declined: 'you declined it, and nothing happened',
  failed: 'it failed, and the agent was told why',
};

/** The end of the tour: what happened, and how to go on with a real model. */
export function goodbye(results: readonly StepResult[]): string {
  const deeds = results.map(({ step, outcome }) => `- ${DEEDS[step]}: ${OUTCOMES[outcome]}.`);
  const summary = deeds.length === 0 ? '' : `That was the tour:\n\n${deeds.join('\n')}\n\n`;
  return `${summary}${CONNECT}\n\nSay "again" to see the tour once more.`;
}

/** What the tour writes into the workspace. */
export const TOUR_FILE_TEXT = [
  '# A tour of Bowline',
  '',
  'This file was written by the scripted tour of Bowline. It is safe to delete.',
  '',
  '- Threads are kept: resume them, fork them, or go back to any of them later.',
  '- Edits are shown as diffs before you have to like them.',
  '- Commands run in a sandbox. What wants out of it asks first.',
].join('\n');
