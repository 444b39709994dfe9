// How many lines were added and removed, in the colours of VS Code's diffs.
import type { LineCounts } from '../session/changes.ts';
import { strings } from '../strings.ts';

export function Counts({ added, removed }: LineCounts) {
  return (
    <span class="counts">
      {added > 0 && (
        <span class="added">
          <span aria-hidden="true">+{added}</span>
          <span class="hidden">{strings.linesAdded(added)}</span>
        </span>
      )}
      {removed > 0 && (
        <span class="removed">
          <span aria-hidden="true">−{removed}</span>
          <span class="hidden">{strings.linesRemoved(removed)}</span>
        </span>
      )}
    </span>
  );
}
