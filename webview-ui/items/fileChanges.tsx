// The files a patch changes, each one click away from its diff.
import type { FileChangeItem } from '../../server/protocol/schema/item.ts';
import { Counts } from '../parts/counts.tsx';
import { Icon, type IconTone } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { countChange, type FileChange } from '../session/changes.ts';
import { baseName, folderName } from '../session/paths.ts';
import { strings } from '../strings.ts';

export function FileChanges({ item, isOpen, turnId }: { item: FileChangeItem; isOpen: boolean; turnId: string }) {
  const session = useSession();
  const threadId = session.thread.value?.thread.id ?? '';
  const files = item.changes.map(countChange);
  const open = (path: string) =>
    session.ask(session.bridge.call('openDiff', { threadId, turnId, itemId: item.id, path }));
  const state = stateOf(item, isOpen);
  const isAlone = files.length === 1;
  return (
    <div class={`changes-item ${state}`}>
      {!isAlone && (
        <div class="fold-line">
          <StateIcon state={state} />
          <span class="fold-title">{headline(state, files.length)}</span>
        </div>
      )}
      <ul class={`files ${isAlone ? '' : 'indented'}`}>
        {files.map((file) => (
          <FileLine key={file.path} file={file} onOpen={() => open(file.path)} lead={isAlone ? state : undefined} />
        ))}
      </ul>
    </div>
  );
}

type PatchState = 'editing' | 'done' | 'failed' | 'declined';

function stateOf(item: FileChangeItem, isOpen: boolean): PatchState {
  switch (item.status) {
    case 'inProgress':
      return isOpen ? 'editing' : 'failed';
    case 'completed':
      return 'done';
    case 'failed':
      return 'failed';
    case 'declined':
      return 'declined';
  }
}

function headline(state: PatchState, count: number): string {
  switch (state) {
    case 'editing':
      return count === 0 ? strings.editingFile : strings.editingFilesNow(count);
    case 'done':
      return strings.editedFiles(count);
    case 'failed':
      return strings.patchFailed;
    case 'declined':
      return strings.patchDeclined;
  }
}

const STATE_ICONS: Record<PatchState, { icon: string; tone: IconTone }> = {
  editing: { icon: 'loading', tone: 'busy' },
  done: { icon: 'check', tone: 'good' },
  failed: { icon: 'error', tone: 'bad' },
  declined: { icon: 'circle-slash', tone: 'quiet' },
};

function StateIcon({ state }: { state: PatchState }) {
  return <Icon name={STATE_ICONS[state].icon} tone={STATE_ICONS[state].tone} />;
}

export interface FileLineProps {
  readonly file: FileChange;
  readonly onOpen: () => void;
  /** Given for a patch of one file: its line says how the patch went. */
  readonly lead?: PatchState | undefined;
}

const KIND_ICONS: Record<FileChange['kind'], string> = {
  added: 'diff-added',
  deleted: 'diff-removed',
  updated: 'diff-modified',
  moved: 'diff-renamed',
};

export function FileLine({ file, onOpen, lead }: FileLineProps) {
  const session = useSession();
  const name = baseName(file.path);
  const cwd = session.thread.value?.thread.cwd;
  const folder = folderName(file.path, cwd === undefined ? session.folders.value : [cwd, ...session.folders.value]);
  return (
    <li>
      <button type="button" class="file-line" title={`${strings.openDiffOf(name)}\n${file.path}`} onClick={onOpen}>
        {lead === undefined ? <Icon name={KIND_ICONS[file.kind]} tone="quiet" /> : <StateIcon state={lead} />}
        {lead !== undefined && <span class="verb">{verbOf(lead, file.kind)}</span>}
        <span class={`file-name ${file.kind}`}>{name}</span>
        {folder !== '' && <span class="file-folder">{folder}</span>}
        <Counts added={file.added} removed={file.removed} />
      </button>
    </li>
  );
}

function verbOf(state: PatchState, kind: FileChange['kind']): string {
  if (state === 'editing') return strings.editingFile;
  if (state === 'declined') return strings.patchDeclined;
  if (state === 'failed') return strings.patchFailed;
  return {
    added: strings.createdFile,
    deleted: strings.deletedFile,
    updated: strings.editedFile,
    moved: strings.movedFile,
  }[kind];
}
