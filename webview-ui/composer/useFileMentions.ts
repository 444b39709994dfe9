// Naming files with @: looks up what is being typed, and puts the chosen path into the text.
import { useRef, useState } from 'preact/hooks';
import { mentionAt, mentionToken, type MentionedFile } from '../session/mention.ts';
import type { Session } from '../session/session.ts';

export interface FileMentions {
  /** What fits; undefined while the list is closed. */
  readonly files: readonly MentionedFile[] | undefined;
  readonly active: number;
  /** Looks at the text before the caret again. */
  look(): void;
  /** Puts an @ into the text and opens the list. */
  begin(): void;
  choose(file: MentionedFile): void;
  close(): void;
  /** Handles a key while the list is open; whether it was meant for the list. */
  pressed(event: KeyboardEvent): boolean;
}

export function useFileMentions(
  session: Session,
  field: { readonly current: HTMLTextAreaElement | null },
): FileMentions {
  const [files, setFiles] = useState<readonly MentionedFile[] | undefined>(undefined);
  const [active, setActive] = useState(0);
  const asked = useRef(0);
  /** The question that the list on screen answers: typing is quicker than looking files up. */
  const answered = useRef(0);
  const isChosen = useRef(false);
  const dismissed = useRef<number | undefined>(undefined);

  const close = (): void => {
    asked.current += 1;
    setFiles(undefined);
  };
  const look = (): void => {
    const mention = mentionIn(field.current);
    if (mention === undefined) dismissed.current = undefined;
    if (mention === undefined || mention.from === dismissed.current) return close();
    const turn = (asked.current += 1);
    isChosen.current = false;
    const show = (found: readonly MentionedFile[]): void => {
      if (turn !== asked.current) return;
      const [best] = found;
      if (isChosen.current && best !== undefined) return choose(best);
      answered.current = turn;
      setFiles(found);
      setActive(0);
    };
    session.ask(session.bridge.call('completeFiles', { query: mention.query }).then(show));
  };
  const choose = (file: MentionedFile): void => {
    close();
    if (file.keptBy === undefined) return nameFile(session, field.current, file);
    const attached = session.bridge.call('attachFiles', { paths: [file.path] });
    session.ask(attached.then((allowed) => (allowed.length > 0 ? nameFile(session, field.current, file) : undefined)));
  };
  const begin = (): void => {
    if (field.current !== null) beginMention(session, field.current);
    look();
  };
  const dismiss = (): void => {
    dismissed.current = mentionIn(field.current)?.from;
    close();
  };
  const pressed = (event: KeyboardEvent): boolean => {
    const meant = files === undefined ? { type: 'other' as const } : meaningOf(event, files, active);
    if (meant.type === 'move') setActive(meant.to);
    // the first row of a list that answers what stood there a moment ago is not what is meant
    else if (meant.type === 'choose' && active === 0 && answered.current !== asked.current) isChosen.current = true;
    else if (meant.type === 'choose') choose(meant.file);
    else if (meant.type === 'dismiss') dismiss();
    return meant.type !== 'other';
  };
  return { files, active, look, begin, choose, close, pressed };
}

function mentionIn(element: HTMLTextAreaElement | null): ReturnType<typeof mentionAt> {
  return element === null ? undefined : mentionAt(element.value, element.selectionStart);
}

/** Puts an @ at the caret, as a word of its own. */
function beginMention(session: Session, element: HTMLTextAreaElement): void {
  const at = element.selectionStart;
  const isGlued = at > 0 && /\S/.test(element.value[at - 1] ?? '');
  replaceText(session, element, { from: at, to: element.selectionEnd, text: isGlued ? ' @' : '@' });
}

type Meaning =
  | { readonly type: 'move'; readonly to: number }
  | { readonly type: 'choose'; readonly file: MentionedFile }
  | { readonly type: 'dismiss' | 'other' };

/** What a key means while the list is open. */
function meaningOf({ key, shiftKey }: KeyboardEvent, files: readonly MentionedFile[], active: number): Meaning {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step !== undefined && files.length > 0)
    return { type: 'move', to: (active + step + files.length) % files.length };
  const file = files[active];
  if ((key === 'Enter' || key === 'Tab') && !shiftKey && file !== undefined) return { type: 'choose', file };
  return { type: key === 'Escape' ? 'dismiss' : 'other' };
}

/** Puts the file in the place of the @-word at the caret. */
function nameFile(session: Session, element: HTMLTextAreaElement | null, file: MentionedFile): void {
  const mention = mentionIn(element);
  if (element === null || mention === undefined) return;
  const token = mentionToken(file);
  replaceText(session, element, { from: mention.from, to: element.selectionStart, text: `@${token} ` });
  session.composer.mentions.value = { ...session.composer.mentions.value, [token]: file.path };
}

function replaceText(
  session: Session,
  element: HTMLTextAreaElement,
  edit: { from: number; to: number; text: string },
): void {
  element.focus();
  element.setRangeText(edit.text, edit.from, edit.to, 'end');
  session.composer.setText(element.value);
}
