// A tool as the model is told about it.
import type { JsonValue } from '../../protocol/schema/common.ts';

/** A tool as it is described to the model. */
export type ToolSpec =
  | {
      readonly type: 'function';
      readonly name: string;
      readonly description: string;
      readonly parameters: { readonly [key: string]: JsonValue };
    }
  | {
      readonly type: 'custom';
      readonly name: string;
      readonly description: string;
      readonly format: { readonly type: 'grammar'; readonly syntax: 'lark'; readonly definition: string };
    };
