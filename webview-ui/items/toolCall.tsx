// Tool calls as one line each; what went in and what came out is one click away.
import type { DynamicToolCallItem, ThreadItem } from '../../server/protocol/schema/item.ts';
import { CopyButton } from '../parts/copyButton.tsx';
import { Fold } from '../parts/fold.tsx';
import { Icon } from '../parts/icon.tsx';
import { MaskedNote, MaskedText } from '../parts/masked.tsx';
import { useSession } from '../parts/context.ts';
import { maskedCount } from '../session/masked.ts';
import { absolutePath } from '../session/paths.ts';
import { durationWords } from '../session/timeWords.ts';
import { briefly, errorText, mcpResultText, prettyJson, toolResultText, toolWords } from '../session/toolWords.ts';
import { strings } from '../strings.ts';

/** Calls that take longer than this say how long. */
const WORTH_SAYING_MS = 1000;

export function ToolCall({ item, isOpen, foldKey }: { item: DynamicToolCallItem; isOpen: boolean; foldKey: string }) {
  const words = toolWords(item, isOpen);
  const failed = item.status === 'failed' || item.success === false;
  const result = toolResultText(item);
  const images = (item.contentItems ?? []).flatMap((part) => (part.type === 'inputImage' ? [part.imageUrl] : []));
  return (
    <Fold
      foldKey={foldKey}
      icon={isOpen ? 'loading' : failed ? 'error' : words.icon}
      tone={isOpen ? 'busy' : failed ? 'bad' : 'quiet'}
      title={<Words verb={words.verb} object={words.object} isOpen={isOpen} />}
      meta={metaOf(failed, item.durationMs, result)}
    >
      {(result !== '' || images.length > 0 || !isOpen) && (
        <div class="tool-detail">
          {words.path !== undefined && <OpenFile path={words.path} line={words.line} />}
          {words.path === undefined && <Section title={strings.toolInput} text={prettyJson(item.arguments)} />}
          {result !== '' && <Section title={failed ? strings.toolError : strings.toolResult} text={result} />}
          {images.map(
            (url) => url.startsWith('data:') && <img class="tool-image" key={url} src={url} alt={strings.image} />,
          )}
        </div>
      )}
    </Fold>
  );
}

export function McpCall({
  item,
  isOpen,
  foldKey,
}: {
  item: Extract<ThreadItem, { type: 'mcpToolCall' }>;
  isOpen: boolean;
  foldKey: string;
}) {
  const failed = item.status === 'failed';
  const result = failed ? errorText(item.error) : mcpResultText(item.result);
  return (
    <Fold
      foldKey={foldKey}
      icon={isOpen ? 'loading' : failed ? 'error' : 'mcp'}
      tone={isOpen ? 'busy' : failed ? 'bad' : 'quiet'}
      title={<Words verb={item.server} object={`${item.tool}${briefly(item.arguments)}`} isOpen={isOpen} />}
      meta={metaOf(failed, item.durationMs, result)}
    >
      <div class="tool-detail">
        <Section title={strings.toolInput} text={prettyJson(item.arguments)} />
        {result !== '' && <Section title={failed ? strings.toolError : strings.toolResult} text={result} />}
      </div>
    </Fold>
  );
}

export function Words({ verb, object, isOpen = false }: { verb: string; object: string; isOpen?: boolean }) {
  return (
    <span class={isOpen ? 'shimmer' : ''}>
      {verb} <span class="object">{object}</span>
    </span>
  );
}

export function Section({ title, text }: { title: string; text: string }) {
  return (
    <div class="section">
      <div class="section-head">
        <span>{title}</span>
        <CopyButton text={text} label={strings.copyItem} />
      </div>
      <pre class="section-text" tabindex={0}>
        <MaskedText text={text} />
      </pre>
    </div>
  );
}

function OpenFile({ path, line }: { path: string; line: number | undefined }) {
  const session = useSession();
  const absolute = absolutePath(path, session.thread.value?.thread.cwd ?? session.folders.value[0]);
  const open = () =>
    session.ask(session.bridge.call('openFile', { path: absolute, ...(line !== undefined && { line }) }));
  return (
    <button type="button" class="link-button" onClick={open}>
      <Icon name="go-to-file" /> {path}
      {line !== undefined && `:${line}`}
    </button>
  );
}

function metaOf(failed: boolean, durationMs: number | null | undefined, result: string) {
  const time = typeof durationMs === 'number' && durationMs >= WORTH_SAYING_MS ? durationWords(durationMs) : '';
  if (!failed && time === '' && maskedCount(result) === 0) return undefined;
  return (
    <>
      <MaskedNote texts={[result]} />
      {failed && <span class="bad">{strings.failed}</span>}
      {time !== '' && <span>{time}</span>}
    </>
  );
}
