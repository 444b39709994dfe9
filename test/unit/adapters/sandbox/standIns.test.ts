// What stands in for what must not come into being: all of it or nothing, and only where it could be made at all.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStandIns, type StandIns } from '../../../../server/adapters/sandbox/standIns.ts';

const LOG = { debug() {}, info() {}, warn() {}, error() {} };

describe('the stand-ins of the sandbox', () => {
  let base: string;
  let workspace: string;
  let standIns: StandIns;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'bowline-stand-'));
    workspace = join(base, 'work');
    const own = join(base, `private/${process.pid}-a`);
    for (const folder of [workspace, join(own, 'held')]) mkdirSync(folder, { recursive: true });
    standIns = createStandIns({ base: join(base, 'private'), own, temporary: join(base, 'tmp') }, LOG);
  });
  afterEach(() => {
    chmodSync(workspace, 0o755);
    rmSync(base, { recursive: true });
  });

  it('are gone when they are released as often as they were held', () => {
    const path = join(workspace, '.vscode');
    for (const held of [standIns.hold([path]), standIns.hold([path])]) assert.deepEqual(held, [path]);
    standIns.release([path]);
    assert.deepEqual(readdirSync(workspace), ['.vscode']);
    standIns.release([path]);
    assert.deepEqual(readdirSync(workspace), []);
  });

  it('leave nothing when one of them cannot be made, and say which', () => {
    const link = join(workspace, '.mcp.json');
    symlinkSync('nowhere', link);
    assert.throws(() => standIns.hold([join(workspace, '.vscode'), link]), /\.mcp\.json is a link that leads nowhere/);
    assert.deepEqual(readdirSync(workspace), ['.mcp.json']);
  });

  it('are not needed where this user can make nothing, and needed where the user could', function () {
    // root is stopped by no mode
    if (process.geteuid?.() === 0) this.skip();
    assert.deepEqual(standIns.hold(['/.vscode']), []);
    chmodSync(workspace, 0o555);
    assert.throws(() => standIns.hold([join(workspace, '.vscode')]), /EACCES/);
  });
});
