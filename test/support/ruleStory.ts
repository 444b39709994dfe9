// What stories about rules begin with: rule files, a program of the workspace, and questions about commands.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, command } from './modelScript.ts';
import { playTurn, startTurn, type Stage } from './story.ts';
import type { Incoming, WireClient } from './wireClient.ts';

export const ASK = 'item/commandExecution/requestApproval';
/** Where every command asks that no rule covers, with or without a sandbox. */
export const CAREFUL = { config: 'sandbox_mode = "danger-full-access"\napproval_policy = "untrusted"\n' };

export function ruleFile(stage: Stage, name = 'default.rules'): string {
  return join(stage.home, 'rules', name);
}

export function writeRules(stage: Stage, content: string, folder = stage.home): void {
  mkdirSync(join(folder, 'rules'), { recursive: true });
  writeFileSync(join(folder, 'rules', 'default.rules'), content);
}

/** A program of the workspace that leaves its arguments in the file `ran`. */
export function writeTool(stage: Stage): void {
  stage.write('tool.sh', '#!/bin/sh\necho "$@" >> ran\n');
  chmodSync(join(stage.workspace, 'tool.sh'), 0o755);
}

export async function askedTo(client: WireClient, stage: Stage, threadId: string, script: string): Promise<Incoming> {
  stage.model.script(answer(command(script, {}, { callId: 'c1' })));
  await startTurn(client, threadId, 'go');
  return await client.next(ASK);
}

export async function playCommand(client: WireClient, stage: Stage, threadId: string, script: string): Promise<void> {
  stage.model.script(answer(command(script, {}, { callId: 'c1' })));
  await playTurn(client, threadId, 'go');
}

/** Answers a question with its amendment, or with another one. */
export function remember(
  client: WireClient,
  asked: Incoming,
  pattern = asked.params.proposedExecpolicyAmendment,
): void {
  client.answer(asked, { decision: { acceptWithExecpolicyAmendment: { execpolicy_amendment: pattern } } });
}

export async function refusal(client: WireClient, method: string, params: object): Promise<string> {
  return (await client.ask(method, params)).error?.message ?? 'It was not refused.';
}

export function questions(client: WireClient): number {
  return client.incoming().filter(({ method }) => method === ASK).length;
}
