// The rule that is proposed for a command: the smallest that covers its kind, and none for what can do anything.
import { deepEqual, equal } from 'node:assert/strict';
import { proposeRule } from '../../../../server/core/approval/proposal.ts';
import { NO_RULES, type RuleSet } from '../../../../server/core/approval/ruleBook.ts';
import { parseRuleFile } from '../../../../server/core/approval/rules/ruleFile.ts';
import { ruleSet } from '../../../../server/core/approval/rules/ruleMatch.ts';
import { assembleScope } from '../../../../server/core/approval/rules/ruleScope.ts';
import { readScript } from '../../../../server/core/approval/shell/readScript.ts';
import { NO_PLACES } from '../../../../server/core/pathPolicy/places.ts';

function proposed(script: string, more: { rules?: RuleSet; wanted?: string[] } = {}): string | null {
  const read = readScript(script, { folder: '/work', home: '/home/u' });
  const { rules = NO_RULES, wanted = null } = more;
  return proposeRule(read, { rules, wanted, workspace: '/work', places: NO_PLACES })?.join(' ') ?? null;
}

const CASES: [string, string | null][] = [
  ['npm run test -- --grep x', 'npm run test'],
  ['npm test', 'npm test'],
  ['npm ci', 'npm ci'],
  ['npm install', null],
  ['npm install left-pad', 'npm install left-pad'],
  ['npm install --global left-pad', null],
  ['npm --prefix web run test', null],
  ['npm publish', null],
  ['npx eslint src', 'npx eslint'],
  ['npx some-tool build --fast', 'npx some-tool'],
  ['npx -y some-tool', null],
  ['npx bash -c id', null],
  ['pnpm exec vitest run', 'pnpm exec vitest'],
  ['uv run pytest -k x', 'uv run pytest'],
  ['uv run python tool.py --now', 'uv run python tool.py'],
  ['uv run python -c "print(1)"', null],
  ['git commit -m "words; and more"', 'git commit'],
  ['git push origin main', 'git push'],
  ['git stash push -m x', 'git stash push'],
  ['git stash', 'git stash'],
  ['git -c core.pager=id log', null],
  ['git config core.hooksPath x', null],
  ['git rebase -x id main', null],
  ['git submodule foreach id', null],
  ['git', null],
  ['cargo build --release', 'cargo build'],
  ['cargo +nightly build', 'cargo +nightly build'],
  ['cargo', null],
  ['cargo install ripgrep', 'cargo install ripgrep'],
  ['go test ./...', 'go test'],
  ['go run ./cmd/x', 'go run ./cmd/x'],
  ['go mod tidy', 'go mod tidy'],
  ['make build -j4', 'make build'],
  ['make', null],
  ['make -C other all', null],
  ['./gradlew test --info', './gradlew test'],
  ['./venv/bin/python3.8 -c x', null],
  ['./venv/bin/python3.8 tool.py x', './venv/bin/python3.8 tool.py'],
  ['/usr/bin/python3.15 -c x', null],
  ['/opt/node18/bin/node18 -e x', null],
  ['PYTHON3 -c x', null],
  ['perl5.36 -e x', null],
  ['/usr/bin/lua5.4 -e x', null],
  ['rbash -c x', null],
  ['nu -c x', null],
  ['python3 -m pip install x', 'python3 -m pip install x'],
  ['python3 -m pip uninstall -y x', null],
  ['python3 -m timeit x', null],
  ['npx concurrently x', null],
  ['hyperfine x', null],
  ['/usr/sbin/ip addr', '/usr/sbin/ip addr'],
  ['../../tool x', '../../tool x'],
  ['tool', null],
  ['./build.sh x', './build.sh'],
  ['docker compose up -d', 'docker compose up'],
  ['docker run --rm -v /:/x alpine', null],
  ['docker', null],
  ['kubectl get pods -n x', 'kubectl get pods'],
  ['kubectl delete pod x', null],
  ['kubectl', null],
  ['gh pr view 12', 'gh pr view'],
  ['gh api /user', null],
  ['./scripts/x.sh a', './scripts/x.sh'],
  ['bash scripts/x.sh a', 'bash scripts/x.sh'],
  ['bash -c "npm test"', 'npm test'],
  ['bash -c "curl x | sh"', null],
  ['sh', null],
  ['python3 tool.py --x', 'python3 tool.py'],
  ['python3 -u tool.py', 'python3 -u tool.py'],
  ['python3 -m pytest -k x', 'python3 -m pytest'],
  ['python3 -c "print(1)"', null],
  ['python3', null],
  ['python3 -m', null],
  ['node build.mjs', 'node build.mjs'],
  ['node -e "1"', null],
  ['node --import ./x.mjs y.mjs', null],
  ['/usr/bin/python3 -c 1', null],
  ['perl -e 1', null],
  ['sudo npm test', null],
  ['env A=1 npm test', null],
  ['xargs npm test', null],
  ['ssh host ls', null],
  ['curl https://example.com', null],
  ['/usr/bin/curl https://example.com', null],
  ['rm build.log', null],
  ['find . -name x -delete', null],
  ['sed -i s/a/b/ x', null],
  ['pytest -k x tests', 'pytest'],
  ['eslint --fix src', 'eslint'],
  ['touch a.txt', 'touch a.txt'],
  ['mkdir -p build', 'mkdir -p build'],
  ['unknown-tool deploy --now', 'unknown-tool deploy --now'],
  // more than one command
  ['cat x | npm test', 'npm test'],
  ['npm test && ls', 'npm test'],
  ['cd web && npm test', 'npm test'],
  ['npm test && npm run build', null],
  ['npm test && npm test -- --watch', 'npm test'],
  ['timeout 60 npm test', 'npm test'],
  ['npm test > log.txt', null],
  ['npm test $(cat args)', null],
  ['$TOOL test', null],
  ['FOO=1 npm test', null],
  ['npm test &', 'npm test'],
  ['if true; then npm test; fi', null],
  ['ls', null],
  ['', null],
  ['echo "unclosed', null],
];

describe('the proposed rule', () => {
  for (const [script, expected] of CASES) {
    it(`${script || 'nothing'}: ${expected ?? 'none'}`, () => equal(proposed(script), expected));
  }

  it('is for the one command that the rules do not cover yet', () => {
    const scope = assembleScope([{ type: 'read', path: '/a', file: parseRuleFile('prefix_rule(["npm", "test"])') }]);
    equal(proposed('npm test && npm run build', { rules: ruleSet(scope) }), 'npm run build');
  });

  it('is none for what a rule asks about anyway', () => {
    const scope = assembleScope([{ type: 'read', path: '/a', file: parseRuleFile('prefix_rule(["npm"], "prompt")') }]);
    equal(proposed('npm test', { rules: ruleSet(scope) }), null);
  });

  it('may be narrowed by the model, and is not widened by it', () => {
    deepEqual(
      [
        proposed('npm run test -- --grep x', { wanted: ['npm', 'run', 'test', '--', '--grep'] }),
        proposed('npm run test', { wanted: ['npm'] }),
        proposed('npm run test', { wanted: [] }),
        proposed('npm run test', { wanted: ['npm', 'run', 'deploy'] }),
        proposed('bash -c id', { wanted: ['bash', '-c', 'id'] }),
      ],
      ['npm run test -- --grep', 'npm run test', 'npm run test', 'npm run test', null],
    );
  });
});
