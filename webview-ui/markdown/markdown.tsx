// Markdown as it streams: finished blocks are drawn once, only the open one is drawn again.
import { memo } from 'preact/compat';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { definitionsIn, NO_BLOCKS, splitBlocks } from './blocks.ts';
import { renderBlock } from './render.ts';
import { sanitize } from './sanitize.ts';

export function Markdown({ text }: { text: string }) {
  const split = useRef(NO_BLOCKS);
  split.current = splitBlocks(text, split.current);
  const { blocks } = split.current;
  const definitions = definitionsIn(text);
  return (
    <div class="markdown">
      {blocks.map((block, index) => (
        <Block key={index} source={block} definitions={block.includes('[') ? definitions : ''} />
      ))}
    </div>
  );
}

const Block = memo(({ source, definitions }: { source: string; definitions: string }) => {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    element.current?.replaceChildren(sanitize(renderBlock(source, definitions)));
  }, [source, definitions]);
  return <div class="block" ref={element} />;
});
