// Names of tools where tools have no groups: the group stands before the name.
import type { ToolSpec } from '../../core/turn/toolSpec.ts';

export interface GroupedName {
  readonly namespace: string;
  readonly name: string;
}

export function chatName(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}__${name}`;
}

export function chatNameOf(spec: ToolSpec): string {
  return chatName(spec.type === 'function' ? spec.namespace?.name : undefined, spec.name);
}

/** What the names of grouped tools stand for. */
export function groupedNames(tools: readonly ToolSpec[]): ReadonlyMap<string, GroupedName> {
  return new Map(
    tools.flatMap((spec) =>
      spec.type === 'function' && spec.namespace !== undefined
        ? [[chatNameOf(spec), { namespace: spec.namespace.name, name: spec.name }]]
        : [],
    ),
  );
}
