// What the model thought, folded under its own headline.
import type { ReasoningItem } from '../../server/protocol/schema/item.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { Fold } from '../parts/fold.tsx';
import { durationWords } from '../session/timeWords.ts';
import { strings } from '../strings.ts';

const HEADLINE = /^\s*\*\*(.+?)\*\*/;

export function Reasoning({ item, isOpen, foldKey }: { item: ReasoningItem; isOpen: boolean; foldKey: string }) {
  const summary = item.summary.filter((part) => part.trim() !== '');
  const text = [...summary, ...(summary.length === 0 ? item.content : [])].join('\n\n');
  const headline = HEADLINE.exec(summary.at(-1) ?? '')?.[1];
  return (
    <Fold
      foldKey={foldKey}
      icon={isOpen ? 'loading' : 'lightbulb'}
      title={<span class={isOpen ? 'shimmer' : ''}>{headline ?? (isOpen ? strings.thinking : strings.thought)}</span>}
      meta={isOpen ? undefined : spentOn(item)}
    >
      <div class="reasoning">
        <Markdown text={text} />
      </div>
    </Fold>
  );
}

function spentOn({ startedAtMs, completedAtMs }: ReasoningItem): string | undefined {
  if (typeof startedAtMs !== 'number' || typeof completedAtMs !== 'number') return undefined;
  return durationWords(completedAtMs - startedAtMs);
}
