// The files that fit what is typed after @.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import type { MentionedFile } from '../session/mention.ts';
import { strings } from '../strings.ts';

/** The list's own id; its rows have it with their number behind. */
export const LIST_ID = 'composer-files';

export interface FileListProps {
  readonly files: readonly MentionedFile[];
  readonly active: number;
  readonly onChoose: (file: MentionedFile) => void;
}

export function FileList({ files, active, onChoose }: FileListProps) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, files]);
  return (
    <ul class="file-list" id={LIST_ID} role="listbox" aria-label={strings.files} ref={list}>
      {files.length === 0 && <li class="file-list-empty">{strings.noFiles}</li>}
      {files.map((file, index) => (
        <li
          key={file.path}
          id={`${LIST_ID}-${index}`}
          class={`file-option ${index === active ? 'active' : ''}`}
          role="option"
          aria-selected={index === active}
          // the field keeps the focus
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(file)}
        >
          <Icon name={file.keptBy === undefined ? 'file' : 'lock'} tone="quiet" />
          <span class="file-name">{file.name}</span>
          {file.keptBy !== undefined && <span class="hidden">{strings.keptOption}</span>}
          <span class="file-folder">{file.folder}</span>
        </li>
      ))}
    </ul>
  );
}
