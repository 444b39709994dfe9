// The boundary check finds every forbidden import, every circle, and its own blindness.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { findBoundaryFaults } from '../../scripts/boundaries.mjs';
import { makeScratch, removeScratch } from './house.ts';

const PLAIN = 'export const one = 1;\n';
const roomFiles = {
  'server/protocol/one.ts': PLAIN,
  'server/protocol/schema/item.ts': "import { z } from 'zod';\nexport const Item = z.object({});\n",
  'server/rpc/one.ts': PLAIN,
  'server/core/one.ts': PLAIN,
  'server/tools/one.ts': PLAIN,
  'server/adapters/one.ts': PLAIN,
  'server/app/one.ts': PLAIN,
  'server/doors/one.ts': PLAIN,
  'server/terminal/one.ts': PLAIN,
  'server/gateway/one.ts': PLAIN,
  'server/languageServer/one.ts': PLAIN,
  'src/one.ts': PLAIN,
  'webview-ui/one.ts': PLAIN,
  'test/one.ts': PLAIN,
};

type Plant = { readonly rule: string; readonly path: string; readonly text: string };

const importing = (rule: string, from: string, to: string): Plant => ({
  rule,
  path: `${from}/planted.ts`,
  text: `import { one } from '${'../'.repeat(from.split('/').length)}${to}/one.ts';\nexport const two = one;\n`,
});

const plants: readonly Plant[] = [
  importing('room-protocol', 'server/protocol', 'server/core'),
  importing('room-rpc', 'server/rpc', 'server/core'),
  importing('room-core', 'server/core', 'server/rpc'),
  importing('room-tools', 'server/tools', 'server/adapters'),
  importing('room-adapters', 'server/adapters', 'server/tools'),
  importing('room-app', 'server/app', 'server/adapters'),
  importing('room-doors', 'server/doors', 'server/app'),
  importing('room-terminal', 'server/terminal', 'server/core'),
  importing('room-gateway', 'server/gateway', 'server/app'),
  importing('room-languageServer', 'server/languageServer', 'server/core'),
  importing('room-server', 'server', 'src'),
  importing('room-src', 'src', 'server/core'),
  importing('room-webview-ui', 'webview-ui', 'src'),
  importing('room-src', 'src', 'test'),
  { rule: 'libraries-protocol', path: 'server/protocol/planted.ts', text: "import 'openai';\n" },
  { rule: 'libraries-core', path: 'server/core/planted.ts', text: "import 'zod';\n" },
  { rule: 'pure-no-node', path: 'server/core/planted.ts', text: "import 'node:fs';\n" },
  { rule: 'pure-no-node', path: 'webview-ui/planted.ts', text: "import 'path';\n" },
  { rule: 'vscode-only-in-src', path: 'server/adapters/planted.ts', text: "import 'vscode';\n" },
  { rule: 'vscode-only-in-src', path: 'webview-ui/planted.ts', text: "import type {} from 'vscode';\n" },
  { rule: 'no-unresolvable', path: 'src/planted.ts', text: "import './nowhere.ts';\n" },
  {
    rule: 'reducer-types-only',
    path: 'server/protocol/state/planted.ts',
    text: "import { Item } from '../schema/item.ts';\nexport const item = Item;\n",
  },
  {
    rule: 'webview-no-schemas',
    path: 'webview-ui/planted.ts',
    text: "import { Item } from '../server/protocol/schema/item.ts';\nexport const item = Item;\n",
  },
];

describe('room boundaries', () => {
  it('hold in the house, and every source file was read', async function () {
    // it reads every module there is: on a busy machine that takes its time
    this.timeout(120_000);
    deepEqual(await findBoundaryFaults(), []);
  });

  for (const { rule, path, text } of plants) {
    it(`finds ${rule} planted in ${path}`, async () => {
      const faults = await faultsOf({ ...roomFiles, [path]: text });
      ok(faults.length > 0, 'the planted fault was not found');
      for (const fault of faults) match(fault, new RegExp(`^${rule}: ${path} `));
    });
  }

  it('finds a circle of types alone', async () => {
    const faults = await faultsOf({
      ...roomFiles,
      'src/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
      'src/b.ts': "import type { A } from './a.ts';\nexport type B = A | 2;\n",
    });
    ok(faults.some((fault) => fault.startsWith('no-circular: ')));
  });

  it('finds a module that nothing loads', async () => {
    const faults = await faultsOf({
      'src/extension.ts': "import './used.ts';\n",
      'src/used.ts': PLAIN,
      'src/dead.ts': PLAIN,
      'test/unit/dead.test.ts': "import '../../src/dead.ts';\n",
    });
    equal(faults.length, 1);
    match(faults[0] ?? '', /^no-dead-module: .*src\/dead\.ts/);
  });

  it('lets every room use what its row allows', async () => {
    deepEqual(await faultsOf(allowedFiles()), []);
  });

  it('fails when the modules are fewer than a house has', async () => {
    deepEqual(await faultsOf(roomFiles, 16), ['too-few-modules: 15 read, at least 16 expected']);
  });
});

function allowedFiles(): Record<string, string> {
  const protocol = "import { one } from '../protocol/one.ts';\nexport const two = one;\n";
  const rpc = "import { one } from '../rpc/one.ts';\nexport const three = one;\n";
  const core = "import { one } from '../core/one.ts';\nexport const four = one;\n";
  return {
    ...roomFiles,
    'server/main.ts':
      "import { one } from './app/one.ts';\nimport { one as door } from './doors/one.ts';\nexport default [one, door];\n",
    'server/core/two.ts': protocol,
    'server/app/two.ts': protocol + rpc + core,
    'server/doors/two.ts': `${protocol}${rpc}import 'node:net';\n`,
    'server/tools/two.ts': protocol + core,
    'src/two.ts':
      "import * as vscode from 'vscode';\nimport { one } from '../server/rpc/one.ts';\nexport default [vscode, one];\n",
    'webview-ui/two.ts':
      "import type { Item } from '../server/protocol/schema/item.ts';\nexport type Two = typeof Item;\n",
  };
}

/** The faults of a house of these files; none of them is dead, unless they have an entry of their own. */
async function faultsOf(files: Readonly<Record<string, string>>, floor = 1): Promise<string[]> {
  const uses = Object.keys(files).map((path) => `import '../../${path}';\n`);
  const scratch = makeScratch({
    ...files,
    ...('src/extension.ts' in files ? {} : { 'test/all/use.ts': uses.join('') }),
  });
  try {
    return await findBoundaryFaults(scratch, floor);
  } finally {
    removeScratch(scratch);
  }
}
