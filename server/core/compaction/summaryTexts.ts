// What the model is asked when a conversation is compacted, and how its summary is put before it afterwards.
import type { ModelItem } from '../turn/modelPort.ts';

export const SUMMARY_REQUEST = `The conversation has become too long to be sent again as a whole. It will be replaced by what you write now, with the user's own messages kept beside it. Whoever goes on sees nothing else of it: write down what is needed to go on without doing work twice and without asking again.

Cover, as far as there is something to say:
1. What the user wants: the goal, every constraint and preference that was stated, and what was ruled out.
2. What was done: files read, changed and created (by path), commands that mattered and how they went, decisions with their reasons.
3. What was found out: facts about the code, errors in their exact words, numbers and names that will be needed.
4. Where things stand: what works, what is broken, what was verified and what was not.
5. What comes next, in order, the step that was under way first.

Write plain text in the language of the conversation. State only what you know from it. Do not call tools, do not continue the work, and do not address the user.`;

const OPENING = '<conversation_summary>';
const CLOSING = '</conversation_summary>';

/** The summary as the message that stands for what it replaced. */
export function summaryMessage(summary: string): ModelItem {
  const text = `${OPENING}\nThe earlier part of this conversation was compacted. The messages of the user above are their own words; the rest is summed up here. Go on from where it ends.\n\n${summary.trim()}\n${CLOSING}`;
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

/** What stands in a user's place without being the user's words: summaries, notes on interruptions, commands, reviews. */
const NOTE = /^<(?:conversation_summary|turn_aborted|user_shell_command|user_action)>/;

export function isNote(text: string): boolean {
  return NOTE.test(text);
}
