// What a script will do, told from its text; anything not fully understood stays unknown.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commandActions } from '../../../../server/core/command/commandActions.ts';
import { splitScript } from '../../../../server/core/command/shellWords.ts';

const read = (command: string, path: string) => ({ type: 'read', command, name: path.split('/').at(-1), path });
const list = (command: string, path: string | null = null) => ({ type: 'listFiles', command, path });
const search = (command: string, query: string, path: string | null = null) => ({
  type: 'search',
  command,
  query,
  path,
});

describe('commandActions', () => {
  for (const [script, actions] of [
    ['cat README.md', [read('cat README.md', '/w/README.md')]],
    ['cat ../x/./a.ts', [read('cat ../x/./a.ts', '/x/a.ts')]],
    ['cat "my file.txt"', [read('cat "my file.txt"', '/w/my file.txt')]],
    ['head -n 20 a.ts', [read('head -n 20 a.ts', '/w/a.ts')]],
    ["sed -n '1,20p' src/a.ts", [read("sed -n '1,20p' src/a.ts", '/w/src/a.ts')]],
    ['cat a b', [read('cat a b', '/w/a'), read('cat a b', '/w/b')]],
    ['cd sub && cat a', [read('cat a', '/w/sub/a')]],
    ['cat a 2>/dev/null | head -5', [read('cat a 2>/dev/null', '/w/a')]],
    ['ls', [list('ls')]],
    ['ls -la src', [list('ls -la src', 'src')]],
    ['ls && cat a', [list('ls'), read('cat a', '/w/a')]],
    ['ls&&pwd; ls', null],
    ['tree -L 2 src', [list('tree -L 2 src', 'src')]],
    ['rg --files | head', [list('rg --files')]],
    ['find . -type f', [list('find . -type f', '.')]],
    ["find . -name '*.ts'", [search("find . -name '*.ts'", '*.ts', '.')]],
    ['rg -n "foo bar" src', [search('rg -n "foo bar" src', 'foo bar', 'src')]],
    ['rg -g "*.ts" foo', [search('rg -g "*.ts" foo', 'foo')]],
    ['grep -rn TODO .', [search('grep -rn TODO .', 'TODO', '.')]],
    ['grep -e -x file', [search('grep -e -x file', '-x', 'file')]],
    ['git grep foo', [search('git grep foo', 'foo')]],
    ['git ls-files', [list('git ls-files')]],
    ['ls | grep foo | wc -l', [list('ls')]],
    ['touch a && echo made', null],
    ['exit 3', null],
    ['rm -rf /', null],
    ['cat $HOME/.bashrc', null],
    ['cat $(ls)', null],
    ['cat a > b', null],
    ['cat a; rm a', null],
    ['cat a & ', null],
    ['cat ~/.ssh/id', null],
    ['cat *.md', null],
    ['find . -delete', null],
    ['find . -name a -exec rm {} +', null],
    ['fd -x rm', null],
    ['rg --pre evil foo', null],
    ["sed -i 's/a/b/' x", null],
    ['cat <<EOF\nx\nEOF', null],
    ["cat 'open", null],
    ['ls | |', null],
    ['ls |& tee log', null],
    ['&& ls', null],
    ['', null],
  ] as const) {
    it(`understands ${JSON.stringify(script)} as ${actions?.map(({ type }) => type).join(', ') ?? 'unknown'}`, () => {
      assert.deepEqual(commandActions(script, '/w'), actions ?? [{ type: 'unknown', command: script.trim() }]);
    });
  }

  it('never throws, whatever the script', () => {
    const script = fc.string({ unit: fc.constantFrom(...'cat ls rg \'"\\|&;\n<>2$#-/.'.split('')), maxLength: 40 });
    fc.assert(fc.property(script, (text) => assert.ok(commandActions(text, '/w').length > 0)));
  });

  it('gives up on a script too long to describe', () => {
    assert.equal(splitScript(`cat ${'a '.repeat(20_000)}`), null);
  });
});
