// The files that were dragged from the editor's own lists, such as the explorer, by their paths.
import { pathOfAddress } from '../session/paths.ts';

/** The editor's own list names every file; the standard one often only the first. */
const LISTS = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

/** Empty when nothing was dropped that lies on the disk the agent works on. */
export function droppedFiles(data: Pick<DataTransfer, 'getData'> | null): string[] {
  const list = LISTS.map((type) => data?.getData(type) ?? '').find((text) => text !== '') ?? '';
  return list
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((address) => {
      const path = pathOfAddress(address);
      return path === undefined ? [] : [path];
    });
}
