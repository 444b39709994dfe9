// What was removed last, with the way back; it goes by itself, but not while the user is at it.
import { useEffect, useRef } from 'preact/hooks';
import { IconButton } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';
import type { RemovedPrompt } from './queueActions.ts';
import { partsOf } from './queueParts.ts';
import { previewOf } from './queueRow.tsx';

/** Long enough to read it and to decide. */
const STAYS_MS = 12_000;

export function UndoRow({ removed }: { removed: RemovedPrompt }) {
  const { queue, composer, ask } = useSession();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const leave = (): void => {
      const isAtIt = row.current?.matches(':hover, :focus-within') === true;
      if (isAtIt) timer = setTimeout(leave, STAYS_MS);
      else queue.forget();
    };
    let timer = setTimeout(leave, STAYS_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="queue-removed" ref={row}>
      <span class="queue-words quiet">{strings.queueRemovedNote(previewOf(partsOf(removed.prompt.input).text))}</span>
      <button type="button" class="link-button queue-undo" onClick={() => ask(queue.undo())}>
        {strings.queueUndo}
      </button>
      <IconButton
        icon="close"
        label={strings.dismiss}
        onClick={() => {
          queue.forget();
          composer.focus();
        }}
      />
    </div>
  );
}
