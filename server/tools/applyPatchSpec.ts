// How apply_patch is described to the model: in free form with a grammar, or as a function for providers without it.
import type { ToolSpec } from '../core/turn/tool.ts';

export const APPLY_PATCH = 'apply_patch';

const GRAMMAR = String.raw`start: opening section+ closing
opening: "*** Begin Patch" LF
closing: "*** End Patch" LF?

section: new_file | removed_file | changed_file
new_file: "*** Add File: " path LF new_line*
removed_file: "*** Delete File: " path LF
changed_file: "*** Update File: " path LF destination? (first_hunk hunk*)?
destination: "*** Move to: " path LF

first_hunk: anchor* edit+ file_end?
hunk: anchor+ edit+ file_end?
anchor: "@@" (" " /[^\n]+/)? LF
edit: (" " | "+" | "-") /[^\n]+/? LF
file_end: "*** End of File" LF
new_line: "+" /[^\n]+/? LF
path: /[^\n]+/

%import common.LF
`;

const PURPOSE = 'Creates, edits, moves and deletes files. All of a patch is applied, or nothing.';

const FORMAT = `${PURPOSE} The input is one patch:

*** Begin Patch
*** Add File: <path>            every line of the new file starts with +
*** Delete File: <path>
*** Update File: <path>
*** Move to: <new path>         only to move the file, right below its Update line
@@ <a line above the change>    e.g. the line that opens the function; needed where the lines below occur more than once
 <context>                      unchanged lines start with a space; give three above and three below a change
-<old line>
+<new line>
*** End of File                 only after a hunk at the very end of the file
*** End Patch

Paths are relative to the working folder. Context and old lines must be exactly those of the file, hunks in the order of the file.`;

/** The tool in the form that the provider takes. */
export function applyPatchSpec(form: 'custom' | 'function'): ToolSpec {
  if (form === 'custom') {
    const format = { type: 'grammar', syntax: 'lark', definition: GRAMMAR } as const;
    return { type: 'custom', name: APPLY_PATCH, description: `${FORMAT}\n\nWrite the patch itself, not JSON.`, format };
  }
  const parameters = {
    type: 'object',
    properties: {
      input: { type: 'string', description: 'The whole patch, from "*** Begin Patch" to "*** End Patch".' },
    },
    required: ['input'],
    additionalProperties: false,
  };
  return { type: 'function', name: APPLY_PATCH, description: FORMAT, parameters };
}
