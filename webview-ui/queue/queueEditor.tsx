// A queued message while it is changed: Enter saves, Shift+Enter breaks the line, Esc leaves it as it was.
import { useEffect, useRef } from 'preact/hooks';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import { AttachmentChip } from '../parts/attachmentChip.tsx';
import { Button } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import type { Session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { attachmentOf, editedInput, partsOf, type OpenEdit } from './queueParts.ts';

export interface QueueEditorProps {
  readonly prompt: QueuedSubmission;
  readonly edit: OpenEdit;
  /** From 1. */
  readonly place: number;
}

export function QueueEditor({ prompt, edit, place }: QueueEditorProps) {
  const session = useSession();
  const { queue } = session;
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);
  const isEmpty = editedInput(prompt.input, edit).length === 0;
  const save = (): void => {
    if (!isEmpty) session.ask(saved(session, prompt));
  };
  const cancel = (): void => {
    queue.cancel(prompt.id);
    queue.focusOn({ promptId: prompt.id });
  };
  return (
    <div class="queue-editor">
      <textarea
        ref={field}
        class="queue-field"
        rows={1}
        value={edit.text}
        aria-label={strings.queueEditLabel(place)}
        spellcheck={false}
        readOnly={edit.isSaving}
        onInput={({ currentTarget }) => queue.write(prompt.id, { text: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.isComposing || event.key === 'Process') return;
          if (event.key === 'Enter' && !event.shiftKey) save();
          else if (event.key === 'Escape') cancel();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Chips prompt={prompt} edit={edit} />
      <div class="queue-editor-bar">
        <Button kind="primary" onClick={save} disabled={isEmpty || edit.isSaving}>
          {strings.queueSave}
        </Button>
        <Button onClick={cancel}>{strings.queueCancel}</Button>
      </div>
    </div>
  );
}

async function saved({ queue }: Session, prompt: QueuedSubmission): Promise<void> {
  await queue.save(prompt);
  if (queue.edits.value[prompt.id] === undefined) queue.focusOn({ promptId: prompt.id });
}

function Chips({ prompt, edit }: Omit<QueueEditorProps, 'place'>) {
  const { queue } = useSession();
  const shown = partsOf(prompt.input).beside.flatMap((part, index) => {
    const attachment = attachmentOf(part);
    return attachment === undefined || edit.removed.includes(index) ? [] : [{ attachment, index }];
  });
  if (shown.length === 0) return null;
  return (
    <div class="chips" role="group" aria-label={strings.attachments}>
      {shown.map(({ attachment, index }) => (
        <AttachmentChip
          key={index}
          attachment={attachment}
          onRemove={() => queue.write(prompt.id, { removed: [...edit.removed, index] })}
        />
      ))}
    </div>
  );
}
