// Keeps what an agent wrote short enough for a dialog or a line, and says what was left out.
import { commandText, visible } from '../../server/protocol/shownText.ts';

const LONGEST_BRIEF = 200;
const LONGEST_COMMAND = 1200;
const MOST_LINES = 30;

/** The command as it is shown: without its shell, nothing hidden in it. */
export function shownCommand(command: string | null | undefined): string {
  return visible(command ? commandText(command) : '(unknown command)');
}

/** All of a text in one line; null when it is too long for one. */
export function briefOf(text: string): string | null {
  const line = text.trim().replaceAll('\n', ' ⏎ ');
  return line.length > LONGEST_BRIEF ? null : line;
}

/** A dialog cannot be scrolled everywhere: a text that is too long for one says so at its end. */
export function shortened(text: string): string {
  const short = text.slice(0, LONGEST_COMMAND).split('\n').slice(0, MOST_LINES).join('\n').trimEnd();
  const hidden = text.trimEnd().length - short.length;
  return hidden > 0 ? `${short}\n… ${hidden} more characters; show it in the chat to read all of it.` : text;
}

/** Notifications read `[text](link)` as a link: what an agent writes must not become one. */
export function withoutLinks(text: string): string {
  return text.replace(/[[\]]/g, (bracket) => (bracket === '[' ? '⟦' : '⟧'));
}

/** The parts that say something, as paragraphs. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** `Why: …`, or nothing. */
export function labelled(label: string, text: string | null | undefined): string {
  return text ? `${label}: ${visible(text)}` : '';
}
