// The workspace and the turn of the stories about checkpoints.
import { equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, command, text } from './modelScript.ts';
import { playTurn, type Stage } from './story.ts';
import type { WireClient } from './wireClient.ts';

export const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

/** Edits, deletes, renames, chmods, creates and changes ignored files, makes and removes links and folders. */
export const SCRIPT = [
  'echo more >> edited.txt',
  'rm deleted.bin',
  'mv renamed.txt sub/moved.txt',
  'chmod 755 run.sh',
  'echo made > build/out.txt',
  'echo changed > build/small.txt',
  'rm -r old',
  'rmdir empty && mkdir -p new/deep && echo n > new/deep/file',
  'rm link && ln -s edited.txt link && ln -s run.sh other',
  'rm kind && mkdir kind && echo x > kind/x',
].join('\n');

export function fill(stage: Stage): void {
  const git = (...args: string[]): void => void execFileSync('git', args, { cwd: stage.workspace, stdio: 'ignore' });
  git('init', '-q');
  stage.write('.gitignore', 'build/\n*.log\n');
  stage.write('edited.txt', 'one\ntwo\n');
  writeFileSync(join(stage.workspace, 'deleted.bin'), Buffer.from([0, 1, 2, 255, 254]));
  stage.write('renamed.txt', 'to be moved\n');
  stage.write('run.sh', '#!/bin/sh\n');
  stage.write('sub/stays.txt', 's\n');
  stage.write('build/small.txt', 'small\n');
  stage.write('old/a', 'a\n');
  stage.write('kind', 'a file\n');
  mkdirSync(join(stage.workspace, 'empty'));
  symlinkSync('run.sh', join(stage.workspace, 'link'));
  chmodSync(join(stage.workspace, 'run.sh'), 0o644);
  chmodSync(join(stage.workspace, 'old'), 0o750);
  chmodSync(join(stage.workspace, 'old/a'), 0o600);
  git('add', '-A');
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'first');
}

/** A turn that runs one command; gives its id. */
export async function turn(client: WireClient, threadId: string, stage: Stage, script: string): Promise<string> {
  stage.model.script(answer(command(script)), answer(text('done')));
  const { params } = await playTurn(client, threadId, 'go');
  equal(params.turn.status, 'completed');
  return params.turn.id;
}
