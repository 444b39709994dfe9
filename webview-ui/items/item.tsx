// Draws one item of a turn by its kind.
import { memo } from 'preact/compat';
import { Markdown } from '../markdown/markdown.tsx';
import { PlanCard } from '../plan/planCard.tsx';
import type { Row } from '../session/rows.ts';
import { Command } from './command.tsx';
import { FileChanges } from './fileChanges.tsx';
import { Reasoning } from './reasoning.tsx';
import { Compaction, ImageView, Review, UnknownItem, WebSearch } from './smallItems.tsx';
import { McpCall, ToolCall } from './toolCall.tsx';
import { UserMessage } from './userMessage.tsx';

export const Item = memo(({ row }: { row: Extract<Row, { type: 'item' }> }) => {
  const { item, isOpen, key, turnId } = row;
  switch (item.type) {
    case 'userMessage':
      return <UserMessage item={item} />;
    case 'agentMessage':
      return <Markdown text={item.text} />;
    case 'plan':
      return <PlanCard text={item.text} turnId={turnId} isOpen={isOpen} />;
    case 'reasoning':
      return <Reasoning item={item} isOpen={isOpen} foldKey={key} />;
    case 'commandExecution':
      return <Command item={item} isOpen={isOpen} foldKey={key} />;
    case 'fileChange':
      return <FileChanges item={item} isOpen={isOpen} turnId={turnId} />;
    case 'dynamicToolCall':
      return <ToolCall item={item} isOpen={isOpen} foldKey={key} />;
    case 'mcpToolCall':
      return <McpCall item={item} isOpen={isOpen} foldKey={key} />;
    case 'imageView':
      return <ImageView item={item} />;
    case 'webSearch':
      return <WebSearch item={item} />;
    case 'contextCompaction':
      return <Compaction isOpen={isOpen} />;
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return <Review item={item} />;
    case 'unknown':
      return <UnknownItem item={item} foldKey={key} />;
  }
});
