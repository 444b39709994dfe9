// The messages that wait, above the composer: nothing while there are none.
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import type { OutgoingMessage } from '../session/outbox.ts';
import { strings } from '../strings.ts';
import type { QueuePause } from './promptQueue.ts';
import { previewOf, QueueRow } from './queueRow.tsx';
import { UndoRow } from './undoRow.tsx';

export function QueuePanel() {
  const { queue, ask } = useSession();
  const prompts = queue.prompts.value;
  const adding = queue.adding.value;
  const removed = queue.removed.value;
  const isEmpty = prompts.length === 0 && adding.length === 0;
  const panel = useRef<HTMLElement>(null);
  useWantedFocus(panel);

  return (
    <>
      {(!isEmpty || removed !== null) && (
        <section
          class="queue"
          ref={panel}
          aria-label={strings.queueLabel}
          onKeyDown={(event) => {
            const isUndo = event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
            if (!isUndo || removed === null || event.target instanceof HTMLTextAreaElement) return;
            event.preventDefault();
            ask(queue.undo());
          }}
        >
          {!isEmpty && (
            <QueueHead count={prompts.length + adding.length} pause={prompts.length > 0 ? queue.pause.value : null} />
          )}
          {!isEmpty && (
            <ol class="queue-list">
              {prompts.map((prompt, index) => (
                <QueueRow key={prompt.id} prompt={prompt} place={index + 1} count={prompts.length} />
              ))}
              {adding.map((message) => (
                <AddingRow key={message.messageId} message={message} />
              ))}
            </ol>
          )}
          {removed !== null && <UndoRow key={removed.prompt.id} removed={removed} />}
        </section>
      )}
      <div class="hidden" role="status">
        {queue.said.value}
      </div>
    </>
  );
}

function QueueHead({ count, pause }: { count: number; pause: QueuePause | null }) {
  const { queue, ask } = useSession();
  return (
    <div class={`queue-head ${pause === null ? '' : 'paused'}`}>
      <Icon name={pause === null ? 'list-ordered' : 'debug-pause'} tone={pause === null ? 'quiet' : 'warn'} />
      <span class="queue-title" role="status">
        {pause === null ? strings.queueTitle(count) : strings.queuePaused[pause]}
      </span>
      {(pause === 'failed' || pause === 'stopped') && (
        <button
          type="button"
          class="link-button"
          title={strings.queueResumeLabel}
          aria-label={strings.queueResumeLabel}
          onClick={() => ask(queue.resume())}
        >
          {strings.queueResume}
        </button>
      )}
    </div>
  );
}

/** It is not at the server yet: nothing can be done with it. */
function AddingRow({ message }: { message: OutgoingMessage }) {
  return (
    <li class="queue-row adding">
      <span class="queue-text">
        <Icon name="loading" tone="quiet" />
        <span class="queue-words">{previewOf(message.text)}</span>
        <span class="hidden">{strings.queueAdding}</span>
      </span>
    </li>
  );
}

/** Gives the focus to what has the place of what was moved or removed. */
function useWantedFocus(panel: { readonly current: HTMLElement | null }): void {
  const { queue, composer } = useSession();
  const wanted = queue.focus.value;
  useEffect(() => {
    if (wanted === null) return;
    const selector = 'on' in wanted ? '.queue-undo' : `[data-queued="${CSS.escape(wanted.promptId)}"] .queue-text`;
    const found = panel.current?.querySelector<HTMLElement>(selector);
    if (found === null || found === undefined) composer.focus();
    else found.focus();
  }, [wanted]);
}
