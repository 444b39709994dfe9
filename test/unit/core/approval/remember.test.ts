// What is written when an answer carries a rule: nothing but what was proposed, or more words of the same command.
import { deepEqual, equal, match } from 'node:assert/strict';
import { rememberCommand } from '../../../../server/core/approval/remember.ts';
import type { Ask } from '../../../../server/core/turn/tool.ts';
import { asking } from '../../../support/commandContext.ts';

async function remembered(pattern: string[], script: string, ask: Partial<Ask>): Promise<[string | null, unknown[]]> {
  const written: unknown[] = [];
  const fault = await rememberCommand(
    pattern,
    {
      action: { kind: 'command', script, cwd: '/work', escalated: true, justification: null },
      ask: asking('Why?', { amendment: ['npm', 'test'], ...ask }),
    },
    { allowCommand: async (words) => void written.push(words) },
  );
  return [fault, written];
}

describe('an answer with a rule', () => {
  for (const [pattern, script] of [
    [['npm', 'test'], 'npm test -- x'],
    [['npm', 'test', '--', 'x'], 'npm test -- x'],
    [['npm', 'test', 'two words'], "npm test 'two words' y"],
    [['npm', 'test'], 'cd web && npm test | cat'],
  ] satisfies [string[], string][]) {
    it(`is written: ${pattern.join(' ')} for ${script}`, async () =>
      deepEqual(await remembered(pattern, script, {}), [null, [pattern]]));
  }

  for (const [words, pattern, script, ask] of [
    ['it was asked by a tripwire', ['npm', 'test'], 'npm test', { tripwire: 'network_to_shell' }],
    ['nothing was proposed', ['npm', 'test'], 'npm test', { amendment: null }],
    ['it is wider', ['npm'], 'npm test', {}],
    ['it is another', ['npm', 'publish'], 'npm test', {}],
    ['it has words that the command has not', ['npm', 'test', 'x'], 'npm test', {}],
    ['its words are not written out in the command', ['npm', 'test', '$X'], 'npm test $X', {}],
  ] satisfies [string, string[], string, Partial<Ask>][]) {
    it(`is not written when ${words}`, async () => {
      const [fault, written] = await remembered(pattern, script, ask);
      match(fault ?? '', /^The command runs once and was not remembered: /);
      equal(written.length, 0);
    });
  }
});
