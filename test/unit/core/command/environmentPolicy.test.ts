// `[shell_environment_policy]` as a table: which variables a command gets under which policy.
import assert from 'node:assert/strict';
import { commandVariables } from '../../../../server/core/command/environmentPolicy.ts';
import type { ShellEnvironmentPolicy } from '../../../../server/core/settings.ts';

const SOURCE = {
  PATH: '/bin',
  HOME: '/home/u',
  USER: 'u',
  EDITOR: 'vi',
  API_KEY: 'k',
  my_secret: 's',
  GITHUB_TOKEN: 't',
  AWS_REGION: 'r',
  OPENAI_API_KEY: 'server',
};
const DEFAULT: ShellEnvironmentPolicy = {
  inherit: 'all',
  ignoreDefaultExcludes: true,
  exclude: [],
  set: {},
  includeOnly: [],
  useLoginPath: true,
};

/** The variables without the ones that only make output plain. */
function names(policy: Partial<ShellEnvironmentPolicy>): string {
  const plain = Object.keys(commandVariables({}, DEFAULT, []));
  const variables = commandVariables(SOURCE, { ...DEFAULT, ...policy }, ['OPENAI_API_KEY']);
  return Object.keys(variables)
    .filter((name) => !plain.includes(name))
    .toSorted()
    .join(' ');
}

describe('shell environment policy', () => {
  for (const [policy, expected] of [
    [{}, 'API_KEY AWS_REGION EDITOR GITHUB_TOKEN HOME PATH USER my_secret'],
    [{ inherit: 'core' }, 'HOME PATH USER'],
    [{ inherit: 'none' }, ''],
    [{ ignoreDefaultExcludes: false }, 'AWS_REGION EDITOR HOME PATH USER'],
    [{ exclude: ['aws_*', 'EDITO?'] }, 'API_KEY GITHUB_TOKEN HOME PATH USER my_secret'],
    [{ exclude: ['*.+('] }, 'API_KEY AWS_REGION EDITOR GITHUB_TOKEN HOME PATH USER my_secret'],
    [{ inherit: 'none', set: { A: '1' } }, 'A'],
    [{ inherit: 'core', set: { SOME_TOKEN: '1' }, ignoreDefaultExcludes: false }, 'HOME PATH SOME_TOKEN USER'],
    [{ includeOnly: ['PATH', 'H*'] }, 'HOME PATH'],
    [{ includeOnly: ['PATH'], set: { A: '1' } }, 'PATH'],
  ] as const) {
    it(`${JSON.stringify(policy)} gives "${expected}"`, () => assert.equal(names(policy), expected));
  }

  it('lets `set` win over what is inherited and over the plain output', () => {
    const set = { PATH: '/mine', TERM: 'xterm', PAGER: 'less' };
    const variables = commandVariables(SOURCE, { ...DEFAULT, set }, []);
    assert.equal(variables['PATH'], '/mine');
    assert.equal(variables['TERM'], 'xterm');
    assert.equal(variables['PAGER'], 'less');
    assert.equal(variables['NO_COLOR'], '1');
  });

  it("drops the server's own keys under every policy that inherits", () => {
    for (const inherit of ['all', 'core'] as const) {
      assert.ok(!('HOME' in commandVariables(SOURCE, { ...DEFAULT, inherit }, ['HOME'])));
    }
  });
});
