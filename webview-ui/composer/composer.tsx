// Where the user writes: Enter sends, Alt+Enter sends the other way while the agent works, Shift+Enter breaks the line, @ names a file, Esc stops, Up brings back earlier prompts.
import { useEffect, useRef } from 'preact/hooks';
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import { AttachmentChip } from '../parts/attachmentChip.tsx';
import { useSession } from '../parts/context.ts';
import { isEmptyDraft } from '../session/localState.ts';
import type { Session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { ComposerBar } from './composerBar.tsx';
import { droppedFiles } from './droppedFiles.ts';
import { FileList, LIST_ID } from './fileList.tsx';
import { readImages } from './images.ts';
import { useFileMentions, type FileMentions } from './useFileMentions.ts';

const FIELD_ID = 'composer-field';

export function Composer() {
  const session = useSession();
  const { draft } = session.composer;
  const field = useRef<HTMLTextAreaElement>(null);
  const mentions = useFileMentions(session, field);
  const { files, active } = mentions;
  const isOpen = files !== undefined;

  useFocus(session, field);
  useFlushOnLeave(session);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        session.send();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => dropped(session, event)}
    >
      {isOpen && <FileList files={files} active={active} onChoose={mentions.choose} />}
      <Attachments />
      <textarea
        ref={field}
        id={FIELD_ID}
        class="composer-field"
        rows={1}
        value={draft.value.text}
        placeholder={placeholderOf(session)}
        aria-label={strings.composerLabel}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={isOpen ? LIST_ID : undefined}
        aria-activedescendant={isOpen && files.length > 0 ? `${LIST_ID}-${active}` : undefined}
        spellcheck={false}
        onInput={({ currentTarget }) => {
          session.composer.setText(currentTarget.value);
          mentions.look();
        }}
        onKeyDown={(event) => pressed(event, { session, mentions })}
        onKeyUp={(event) => {
          if (/^(?:Arrow(?:Left|Right)|Home|End)$/.test(event.key)) mentions.look();
        }}
        onClick={mentions.look}
        onBlur={mentions.close}
        onPaste={(event) => attachImages(session, event, event.clipboardData)}
      />
      <ComposerBar field={field} onMention={mentions.begin} />
    </form>
  );
}

function Attachments() {
  const session = useSession();
  const { attachments } = session.composer.draft.value;
  if (attachments.length === 0) return null;
  return (
    <div class="chips" role="group" aria-label={strings.attachments}>
      {attachments.map((attachment, index) => (
        <AttachmentChip
          key={`${index}-${attachment.name}`}
          attachment={attachment}
          onRemove={() => session.composer.detach(index)}
        />
      ))}
    </div>
  );
}

function placeholderOf(session: Session): string {
  if (isReadOnly(session.writer.value)) return strings.placeholderReadOnly;
  const activity = session.activity.value;
  switch (activity.type) {
    case 'starting':
    case 'broken':
      return strings.placeholderOffline;
    case 'working':
    case 'retrying':
    case 'approval':
    case 'question':
      return placeholderWhileRunning(session);
    case 'idle':
      return session.thread.value?.turns.length ? strings.placeholderFollowUp : strings.placeholder;
  }
}

function placeholderWhileRunning({ ways, queue }: Session): string {
  if (!queue.isOffered.value) return strings.placeholderSteer;
  return ways.value.enter === 'queue' ? strings.placeholderQueueOrSteer : strings.placeholderSteerOrQueue;
}

function pressed(event: KeyboardEvent, { session, mentions }: { session: Session; mentions: FileMentions }): void {
  // Enter that ends the composition of a character sends nothing
  if (event.isComposing || event.key === 'Process') return;
  if (mentions.pressed(event)) return event.preventDefault();
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    if (!event.repeat) session.send(event.altKey ? 'altEnter' : 'enter');
  } else if (event.key === 'Escape' && isEmptyDraft(session.composer.draft.value)) {
    session.ask(session.stop());
  } else if (recalled(event, session)) event.preventDefault();
}

/** Up on the first line and down on the last one go through the earlier prompts, while nothing else stands there. */
function recalled({ key, target, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent, { recall }: Session): boolean {
  if (shiftKey || altKey || ctrlKey || metaKey || !(target instanceof HTMLTextAreaElement)) return false;
  const { value, selectionStart, selectionEnd } = target;
  if (key === 'ArrowUp') return !value.slice(0, selectionStart).includes('\n') && recall.older();
  return key === 'ArrowDown' && !value.slice(selectionEnd).includes('\n') && recall.newer();
}

function dropped(session: Session, event: DragEvent): void {
  attachImages(session, event, event.dataTransfer);
  const files = event.defaultPrevented ? [] : droppedFiles(event.dataTransfer);
  if (files.length === 0) return;
  event.preventDefault();
  const attached = session.bridge.call('attachFiles', { paths: files });
  session.ask(
    attached.then((attachments) => {
      for (const attachment of attachments) session.composer.attach(attachment);
      session.composer.focus();
    }),
  );
}

function attachImages(session: Session, event: Event, data: DataTransfer | null): void {
  const images = Array.from(data?.files ?? []).filter((file) => file.type.startsWith('image/'));
  if (images.length === 0) return;
  event.preventDefault();
  session.ask(
    readImages(images).then((attachments) => {
      for (const attachment of attachments) session.composer.attach(attachment);
    }),
  );
}

function useFocus(session: Session, field: { readonly current: HTMLTextAreaElement | null }): void {
  const wanted = session.composer.focused.value;
  useEffect(() => {
    if (wanted > 0) field.current?.focus();
  }, [wanted]);
  useEffect(() => {
    // a view that gets the focus as a whole gives it to the composer
    const entered = (): void => {
      if (document.activeElement === document.body) field.current?.focus();
    };
    window.addEventListener('focus', entered);
    return () => window.removeEventListener('focus', entered);
  }, []);
}

/** The last keystrokes are saved before the page goes. */
function useFlushOnLeave(session: Session): void {
  useEffect(() => {
    const leave = () => session.composer.flush();
    window.addEventListener('pagehide', leave);
    window.addEventListener('blur', leave);
    document.addEventListener('visibilitychange', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('blur', leave);
      document.removeEventListener('visibilitychange', leave);
    };
  }, [session]);
}
