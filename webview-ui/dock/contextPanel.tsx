// What left the editor for the model in a turn, piece by piece; a file is one click away.
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ContextEntry } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { IconButton } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { sizeWords, type ShownContext } from '../session/contextView.ts';
import { strings } from '../strings.ts';

export function ContextPanel() {
  const shown = useSession().context.shown.value;
  return shown === null ? null : <Panel key={shown.turnId} shown={shown} />;
}

function Panel({ shown: { turnId, entries } }: { shown: ShownContext }) {
  const session = useSession();
  const panel = useRef<HTMLElement>(null);
  const close = useReturningFocus(panel);
  return (
    <section
      class="context-panel"
      ref={panel}
      tabindex={-1}
      aria-labelledby="context-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div class="context-head">
        <h2 class="panel-title" id="context-title">
          {strings.contextTitle}
        </h2>
        <span class="spacer" />
        <IconButton icon="refresh" label={strings.refresh} onClick={() => session.context.show(turnId)} />
        <IconButton icon="close" label={strings.close} onClick={close} />
      </div>
      <Entries entries={entries} />
    </section>
  );
}

/** Takes the focus when it opens, and gives it back when it is closed. */
function useReturningFocus(panel: { readonly current: HTMLElement | null }): () => void {
  const session = useSession();
  const before = useRef<Element | null>(null);
  // before anything can be clicked in it: what has the focus then is not where it came from
  useLayoutEffect(() => {
    before.current = document.activeElement;
    panel.current?.focus();
  }, []);
  return () => {
    session.context.close();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
}

function Entries({ entries }: Pick<ShownContext, 'entries'>) {
  switch (entries.type) {
    case 'waiting':
      return (
        <div class="card-note" role="status">
          <Icon name="loading" tone="busy" /> {strings.contextReading}
        </div>
      );
    case 'failed':
      return (
        <div class="card-note" role="status">
          <Icon name="error" tone="bad" /> {strings.contextFailed(entries.reason)}
        </div>
      );
    case 'known':
      return <EntryList entries={entries.value} />;
  }
}

function EntryList({ entries }: { entries: readonly ContextEntry[] }) {
  const masked = entries.reduce((sum, entry) => sum + entry.masked, 0);
  const size = sizeWords(entries.reduce((sum, entry) => sum + entry.bytes, 0));
  return (
    <>
      <div class="context-sum" role="status">
        {entries.length === 0 ? strings.contextNothing : strings.contextSum(entries.length, size)}
        {masked > 0 && <MaskedCount count={masked} />}
      </div>
      <ul class="context-entries">
        {entries.map((entry, index) => (
          <li key={index}>
            <EntryLine entry={entry} />
          </li>
        ))}
      </ul>
    </>
  );
}

function MaskedCount({ count }: { count: number }) {
  return (
    <span class="masked-note">
      <Icon name="key" />
      {strings.secretsMasked(count)}
    </span>
  );
}

const ICONS: Readonly<Record<ContextEntry['kind'], string>> = {
  instructions: 'book',
  projectDocument: 'notebook',
  environment: 'server-environment',
  message: 'comment',
  file: 'file',
  selection: 'list-selection',
  image: 'file-media',
  toolOutput: 'terminal',
};

function EntryLine({ entry: { kind, label, path, bytes, masked } }: { entry: ContextEntry }) {
  const session = useSession();
  const line = (
    <>
      <Icon name={ICONS[kind]} tone="quiet" />
      <span class="hidden">{strings.contextKind[kind]}: </span>
      <span class="context-label">{visible(label)}</span>
      {masked > 0 && <MaskedCount count={masked} />}
      <span class="context-size">{sizeWords(bytes)}</span>
    </>
  );
  if (path === null)
    return (
      <div class="context-line" title={strings.contextKind[kind]}>
        {line}
      </div>
    );
  return (
    <button
      type="button"
      class="context-line"
      title={`${strings.contextKind[kind]}\n${path}`}
      onClick={() => session.ask(session.bridge.call('openFile', { path }))}
    >
      {line}
    </button>
  );
}
