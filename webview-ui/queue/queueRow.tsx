// One message that waits: a line of it, and what can be done with it; or, while it is changed, its text in full.
import { oneLine } from '../../server/protocol/shownText.ts';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import { IconButton } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import type { Session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { QueueEditor } from './queueEditor.tsx';
import { partsOf } from './queueParts.ts';

/** Longer than any panel is wide. */
const PREVIEW_LENGTH = 300;

export function previewOf(text: string): string {
  return oneLine(text, PREVIEW_LENGTH) || strings.queueAttachmentsOnly;
}

export interface QueueRowProps {
  readonly prompt: QueuedSubmission;
  /** From 1. */
  readonly place: number;
  readonly count: number;
}

export function QueueRow(props: QueueRowProps) {
  const { prompt, place } = props;
  const session = useSession();
  const edit = session.queue.edits.value[prompt.id];
  return (
    <li class="queue-row" data-queued={prompt.id}>
      {edit === undefined ? <Line {...props} /> : <QueueEditor prompt={prompt} edit={edit} place={place} />}
    </li>
  );
}

function Line({ prompt, place, count }: QueueRowProps) {
  const session = useSession();
  const { text, beside } = partsOf(prompt.input);
  const preview = previewOf(text);
  const attachments = beside.length === 0 ? '' : strings.queueAttachments(beside.length);
  const label = strings.queueRow(place, count, [preview, attachments].filter(Boolean).join(', '));
  return (
    <div class="queue-line" role="group" onKeyDown={(event) => pressed(session, event, prompt.id)}>
      <button
        type="button"
        class="queue-text"
        title={`${text}\n\n${strings.queueEditHint}`.trim()}
        aria-label={label}
        aria-keyshortcuts="Enter Alt+ArrowUp Alt+ArrowDown Delete"
        onClick={() => session.queue.begin(prompt)}
      >
        <span class="queue-place">{place}</span>
        <span class="queue-words">{preview}</span>
        {beside.length > 0 && (
          <span class="queue-count" title={attachments}>
            <Icon name="attach" tone="quiet" />
            {beside.length}
          </span>
        )}
      </button>
      <RowActions prompt={prompt} place={place} count={count} />
    </div>
  );
}

function RowActions({ prompt, place, count }: QueueRowProps) {
  const session = useSession();
  const { queue, ask } = session;
  const isRunning = session.activity.value.type !== 'idle';
  const isOffline = queue.pause.value === 'offline';
  return (
    <span class="queue-actions">
      <IconButton
        icon="arrow-up"
        label={isRunning ? strings.queueSteerNow : strings.queueStartNow}
        disabled={isOffline}
        onClick={() => {
          queue.sendNow(prompt);
          session.composer.focus();
        }}
      />
      <IconButton icon="edit" label={strings.queueEdit} onClick={() => queue.begin(prompt)} />
      <IconButton
        icon="chevron-up"
        label={strings.queueMoveUp}
        disabled={place === 1}
        onClick={() => ask(queue.move(prompt.id, -1))}
      />
      <IconButton
        icon="chevron-down"
        label={strings.queueMoveDown}
        disabled={place === count}
        onClick={() => ask(queue.move(prompt.id, 1))}
      />
      <IconButton icon="trash" label={strings.queueRemove} onClick={() => ask(queue.remove(prompt.id))} />
    </span>
  );
}

function pressed({ queue, ask }: Session, event: KeyboardEvent, id: string): void {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (ctrlKey || metaKey || shiftKey) return;
  if (altKey && (key === 'ArrowUp' || key === 'ArrowDown')) ask(queue.move(id, key === 'ArrowUp' ? -1 : 1));
  else if (!altKey && (key === 'ArrowUp' || key === 'ArrowDown')) focusNeighbour(event.currentTarget, key);
  else if (!altKey && key === 'Delete') ask(queue.remove(id));
  else return;
  event.preventDefault();
}

function focusNeighbour(line: EventTarget | null, key: 'ArrowUp' | 'ArrowDown'): void {
  if (!(line instanceof HTMLElement)) return;
  const row = line.closest('.queue-row');
  const neighbour = key === 'ArrowUp' ? row?.previousElementSibling : row?.nextElementSibling;
  neighbour?.querySelector<HTMLElement>('button.queue-text, textarea')?.focus();
}
