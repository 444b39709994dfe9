// The compiled program that is tried, and how a confinement is asked of it.
import { resolve } from 'node:path';
import type { Confinement } from './attempt.ts';

export const PROGRAM = resolve(import.meta.dirname, '../../dist/bin/bowline');

const FLAGS: Readonly<Record<Confinement, readonly string[]>> = {
  'read-only': ['--mode', 'read-only', '--network', 'off'],
  'workspace-write': ['--mode', 'workspace-write', '--network', 'off'],
  'network on': ['--mode', 'workspace-write', '--network', 'on'],
};

/** The command as the agent would run it. */
export function sandboxed(confinement: Confinement, workspace: string, command: readonly string[]): string[] {
  return [PROGRAM, 'sandbox', ...FLAGS[confinement], '--cwd', workspace, '--', ...command];
}
