// A tool as the model is told about it.
import type { JsonValue } from '../../protocol/schema/common.ts';

export interface FunctionSpec {
  readonly type: 'function';
  readonly name: string;
  /** The name of the group that it belongs to. */
  readonly namespace?: { readonly name: string; readonly description: string };
  readonly description: string;
  readonly parameters: { readonly [key: string]: JsonValue };
}

/** A tool as it is described to the model. */
export type ToolSpec =
  | FunctionSpec
  | {
      readonly type: 'custom';
      readonly name: string;
      readonly description: string;
      readonly format: { readonly type: 'grammar'; readonly syntax: 'lark'; readonly definition: string };
    };
