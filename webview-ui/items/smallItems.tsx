// The items that take no more than a line or two: images, searches, compaction, reviews, and what this version does not know.
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { Fold } from '../parts/fold.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { baseName } from '../session/paths.ts';
import { rawKind, rawText } from '../session/toolWords.ts';
import { strings } from '../strings.ts';
import { Section, Words } from './toolCall.tsx';

type ItemOf<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>;

export function ImageView({ item }: { item: ItemOf<'imageView'> }) {
  const session = useSession();
  return (
    <button
      type="button"
      class="fold-line"
      title={item.path}
      onClick={() => session.ask(session.bridge.call('openFile', { path: item.path }))}
    >
      <Icon name="file-media" tone="quiet" />
      <span class="fold-title">
        <Words verb={strings.viewedImage} object={baseName(item.path)} />
      </span>
    </button>
  );
}

export function WebSearch({ item }: { item: ItemOf<'webSearch'> }) {
  return (
    <div class="fold-line">
      <Icon name="globe" tone="quiet" />
      <span class="fold-title">
        <Words verb={strings.searchedWeb} object={item.query} />
      </span>
    </div>
  );
}

export function Compaction({ isOpen }: { isOpen: boolean }) {
  return (
    <div class="divider">
      <Icon name={isOpen ? 'loading' : 'fold'} tone="quiet" />
      <span>{isOpen ? strings.compacting : strings.compacted}</span>
    </div>
  );
}

export function Review({ item }: { item: ItemOf<'enteredReviewMode'> | ItemOf<'exitedReviewMode'> }) {
  if (item.type === 'exitedReviewMode') return <Markdown text={item.review} />;
  return (
    <div class="divider">
      <Icon name="code-review" tone="quiet" />
      <span>
        {strings.reviewStarted}
        {item.review !== '' && `: ${item.review}`}
      </span>
    </div>
  );
}

/** Kept whole and shown raw: nothing is dropped because a newer server said it. */
export function UnknownItem({ item, foldKey }: { item: ItemOf<'unknown'>; foldKey: string }) {
  return (
    <Fold foldKey={foldKey} icon="question" title={strings.unknownItem(rawKind(item))}>
      <div class="tool-detail">
        <Section title={strings.details} text={rawText(item)} />
      </div>
    </Fold>
  );
}
