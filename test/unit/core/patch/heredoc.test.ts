// A shell command that only applies a patch is recognised; a command that does anything more is not.
import assert from 'node:assert/strict';
import { interceptPatch } from '../../../../server/core/patch/heredoc.ts';

const PATCH = '*** Begin Patch\n*** Delete File: a\n*** End Patch\n';

describe('interceptPatch', () => {
  const taken: Record<string, [string, string, string?]> = {
    'a quoted here-document': [`apply_patch <<'EOF'\n${PATCH}EOF`, PATCH],
    'a doubly quoted one': [`apply_patch <<"EOF"\n${PATCH}EOF\n`, PATCH],
    'a plain one without expansions': [`apply_patch <<EOF\n${PATCH}EOF`, PATCH],
    'expansions in a quoted one': [`apply_patch << 'P'\n+ \`$x\` \\n\nP`, '+ `$x` \\n\n'],
    'the other spelling': [`applypatch <<'EOF'\n${PATCH}EOF`, PATCH],
    'another folder': [`cd sub/dir && apply_patch <<'EOF'\n${PATCH}EOF`, PATCH, '/ws/sub/dir'],
    'a quoted folder': [`cd "my dir" && apply_patch <<'EOF'\n${PATCH}EOF`, PATCH, '/ws/my dir'],
    'an absolute folder': [`cd '/else where' &&\napply_patch <<'EOF'\n${PATCH}EOF`, PATCH, '/else where'],
    'the parent folder': [`cd .. && apply_patch <<'EOF'\n${PATCH}EOF`, PATCH, '/'],
    'a literal': [`apply_patch '${PATCH}'`, PATCH],
    'CRLF line ends': [`apply_patch <<'EOF'\r\n${PATCH.replaceAll('\n', '\r\n')}EOF\r\n`, PATCH],
    'a text that is no patch, to be refused visibly': ["apply_patch <<'EOF'\nhello\nEOF", 'hello\n'],
  };
  for (const [what, [script, patch, cwd]] of Object.entries(taken))
    it(`takes ${what}`, () => assert.deepEqual(interceptPatch(script, '/ws'), { patch, cwd: cwd ?? '/ws' }));

  const left: Record<string, string> = {
    'another command': 'ls',
    'the name alone': 'apply_patch',
    'a plain here-document with a variable': `apply_patch <<EOF\n+$HOME\nEOF`,
    'a plain here-document with a command': 'apply_patch <<EOF\n+`id`\nEOF',
    'a plain here-document with an escape': 'apply_patch <<EOF\n+\\$x\nEOF',
    'a command after it': `apply_patch <<'EOF'\n${PATCH}EOF\nrm -rf /`,
    'a command on its line': `apply_patch <<'EOF' && rm -rf /\n${PATCH}EOF`,
    'a second here-document': `apply_patch <<'EOF'\n${PATCH}EOF\napply_patch <<'EOF'\n${PATCH}EOF`,
    'no end': `apply_patch <<'EOF'\n${PATCH}`,
    'different quotes': `apply_patch <<'EOF"\n${PATCH}EOF`,
    'a pipe': `cat <<'EOF' | apply_patch\n${PATCH}EOF`,
    'a command before it': `touch x; apply_patch <<'EOF'\n${PATCH}EOF`,
    'a folder that a shell expands': `cd $DIR && apply_patch <<'EOF'\n${PATCH}EOF`,
    'the home folder': `cd ~/x && apply_patch <<'EOF'\n${PATCH}EOF`,
    'the previous folder': `cd - && apply_patch <<'EOF'\n${PATCH}EOF`,
    'a literal in two parts': `apply_patch 'a''b'`,
    'a tab-stripping here-document': `apply_patch <<-'EOF'\n${PATCH}EOF`,
    'a redirection': `apply_patch <<'EOF' > out\n${PATCH}EOF`,
    'an option of cd': `cd -P x && apply_patch <<'EOF'\n${PATCH}EOF`,
  };
  for (const [what, script] of Object.entries(left))
    it(`leaves ${what} to the shell`, () => assert.equal(interceptPatch(script, '/ws'), null));
});
