// The whole house keeps its own rules, and each rule finds its fault.
import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesIn } from '../../scripts/boundaries.mjs';
import { ROOT } from './house.ts';
import { findSourceFaults, sourceRules } from './sourceRules.ts';

// files that hold faults on purpose
const PLANTING = /^test\/architecture\/(?:sourceRules|plantedFaults|boundaries)\.test\.ts$/;
const HEADER = '// A file that exists to break exactly one rule.\n';

const planted: Record<string, { path: string; text: string }> = {
  'header-sentence': { path: 'server/core/x.ts', text: 'export const x = 1;\n' },
  'file-too-long': { path: 'server/core/x.ts', text: HEADER + 'export {};\n'.repeat(400) },
  'barrel-file': {
    path: 'server/core/x.ts',
    text: `${HEADER}export { a } from './a.ts';\nexport type { B } from './b.ts';\n`,
  },
  'zod-as-namespace': { path: 'src/x.ts', text: `${HEADER}import { z } from 'zod';\n` },
  'silent-catch': { path: 'src/x.ts', text: `${HEADER}try {\n  f();\n} catch {\n  g();\n}\n` },
  'tired-name': { path: 'src/x.ts', text: `${HEADER}export class ThreadManager {}\n` },
  'tired-file-name': { path: 'src/threadUtils.ts', text: HEADER },
  'i-prefix': { path: 'src/x.ts', text: `${HEADER}export interface IThread {}\n` },
  'stdout-belongs-to-the-protocol': { path: 'server/app/x.ts', text: `${HEADER}process.stdout.write('');\n` },
  'reducer-is-pure': { path: 'server/protocol/state/x.ts', text: `${HEADER}export const now = Date.now();\n` },
  'test-waits-for-time': { path: 'test/unit/x.test.ts', text: `${HEADER}await sleep(50);\n` },
};

describe('source rules', () => {
  it('hold in every source file', () => {
    const paths = ['server', 'src', 'webview-ui', 'test']
      .flatMap((room) => sourcesIn(ROOT, room))
      .filter((path) => !PLANTING.test(path));
    ok(paths.length > 20, `only ${paths.length} files found`);
    const faults = paths.flatMap((path) =>
      findSourceFaults(path, readFileSync(join(ROOT, path), 'utf8')).map(({ rule, line }) => `${path}:${line} ${rule}`),
    );
    deepEqual(faults, []);
  });

  for (const { rule } of sourceRules) {
    it(`${rule} finds its fault, and nothing else does`, () => {
      const plant = planted[rule];
      ok(plant !== undefined, 'every rule has a planted fault');
      const found = findSourceFaults(plant.path, plant.text).map((fault) => fault.rule);
      deepEqual([...new Set(found)], [rule]);
    });
  }

  it('accept a dropped error that has a reason, and a header of several lines', () => {
    const text = `// Reads the size of a file\n// without following links.\ntry {\n  f();\n} catch {\n  // it is gone already\n}\n`;
    deepEqual(findSourceFaults('src/x.ts', text), []);
  });
});
