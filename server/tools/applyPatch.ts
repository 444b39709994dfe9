// The apply_patch tool: shows a patch, asks where it must, applies it, and tells the model what came of it.
import { commitPatch } from '../core/patch/commit.ts';
import { parsePatch } from '../core/patch/parse.ts';
import { PatchError } from '../core/patch/patchError.ts';
import { relativePath, resolvePath } from '../core/patch/paths.ts';
import { planPatch, type LookedAt, type PatchPlan, type PlannedFile } from '../core/patch/plan.ts';
import { FileTexts, growingChanges, StreamingPatch } from '../core/patch/streamingParse.ts';
import type { PatchFile } from '../core/patch/patchReader.ts';
import type { FileGuard, Files } from '../core/ports.ts';
import type { LoadMask } from '../core/secrets/maskedRunner.ts';
import { PatchRehearsal } from '../core/rehearse/patchRehearsal.ts';
import { readConsent } from '../core/turn/readConsent.ts';
import type { FileEffect, InputWatcher, Tool, ToolCall, ToolContext, ToolOutput } from '../core/turn/tool.ts';
import type { FileChangeItem, FileUpdateChange } from '../protocol/schema/item.ts';
import { applyPatchSpec } from './applyPatchSpec.ts';
import { GrowingPatchItem, recordPatch, sameChanges } from './growingPatchItem.ts';

export interface ApplyPatchDeps {
  readonly files: Files;
  readonly guard: FileGuard;
  readonly mask: LoadMask;
  /** How the tool is described: `custom`, free text with a grammar (Responses API), or `function`, `{input}` as JSON. Both are read. */
  readonly form: 'custom' | 'function';
}

export interface PatchText {
  readonly patch: string;
  /** Absolute; paths of the patch are relative to it. */
  readonly cwd: string;
}

export interface ApplyPatch {
  readonly tool: Tool;
  /** Applies a patch that came by another way, e.g. as a here-document in a shell command, as the item `callId`. */
  applyPatchText(callId: string, text: PatchText, context: ToolContext): Promise<ToolOutput>;
}

/** One call on its way: the item may have been started while the model was writing. */
interface PatchRun extends PatchText {
  readonly callId: string;
  readonly started: FileChangeItem | null;
}

export function createApplyPatch(deps: ApplyPatchDeps): ApplyPatch {
  const { files, form } = deps;
  const growing = new Map<string, GrowingPatchItem>();
  const inThread = threadQueues();
  return {
    tool: {
      spec: applyPatchSpec(form),
      run(call, context) {
        const key = `${context.turnId} ${call.callId}`;
        const watched = growing.get(key);
        growing.delete(key);
        // waits in its place of the queue for what was watched: patches are planned in the order of their calls
        return inThread(context, async () => {
          const started = (await watched?.finish()) ?? null;
          const text = { patch: patchOf(call), cwd: context.settings.cwd };
          return await runPatch({ ...text, callId: call.callId, started }, deps, context);
        });
      },
      watchInput(callId, context): InputWatcher {
        const key = `${context.turnId} ${callId}`;
        const onAbandoned = (): void => void growing.delete(key);
        const item = new GrowingPatchItem({ callId, files, context, onAbandoned });
        growing.set(key, item);
        return item;
      },
    },
    applyPatchText: (callId, text, context) =>
      inThread(context, () => runPatch({ ...text, callId, started: null }, deps, context)),
  };
}

type Queue = (
  context: Pick<ToolContext, 'threadId' | 'signal'>,
  task: () => Promise<ToolOutput>,
) => Promise<ToolOutput>;

/**
 * Patches of one thread go one after the other, so that each is planned on what the one before it left. Once the turn is stopped nothing is
 * written any more, and nobody waits for one that may never be answered.
 */
function threadQueues(): Queue {
  const tails = new Map<string, Promise<unknown>>();
  return async ({ threadId, signal }, task) => {
    const before = tails.get(threadId);
    const mine = before === undefined ? task() : Promise.race([before, stopped(signal)]).then(task, task);
    tails.set(threadId, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(threadId) === mine) tails.delete(threadId);
    }
  };
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** The text of the patch; JSON that holds none is returned as it is, for the parser to say what is wrong. */
function patchOf(call: ToolCall): string {
  try {
    const value: unknown = JSON.parse(call.input);
    if (typeof value !== 'object' || value === null) return call.input;
    if ('input' in value && typeof value.input === 'string') return value.input;
    if ('patch' in value && typeof value.patch === 'string') return value.patch;
  } catch {
    // Some models write the patch itself where JSON is asked for.
  }
  return call.input;
}

async function runPatch(asked: PatchRun, deps: ApplyPatchDeps, context: ToolContext): Promise<ToolOutput> {
  const { files, guard, mask } = deps;
  const startedAtMs = context.clock.nowMs();
  let run = asked;
  let plan: PatchPlan;
  try {
    const patch = parsePatch(run.patch);
    const known = knowingPaths(files);
    for (const path of await keptFiles(patch, run.cwd, { files: known, guard })) {
      const item = openItem(run, await readableChanges(run, files), context);
      run = { ...run, started: item };
      const reading = await readConsent({ path, itemId: item.id }, context);
      if (reading.type !== 'refused') continue;
      context.completeItem({ ...item, status: 'declined' });
      return { output: `patch rejected: ${reading.reason}` };
    }
    plan = await planPatch(patch, run.cwd, known);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const item = openItem(run, await readableChanges(run, files), context);
    context.completeItem({ ...item, status: 'failed' });
    // it quotes the file
    const { text } = (await mask()).mask(error.message);
    return { output: `apply_patch failed. No file was changed.\n${text}` };
  }
  const item = openItem(run, plan.changes, context);
  const replan = (): Promise<PatchPlan> => planPatch(parsePatch(run.patch), run.cwd, files);
  const rehearsal = new PatchRehearsal({ files, ids: context.ids, decided: plan, plan: replan });
  const paths = await targetsOf(plan, files, context);
  const targets = { paths, deleted: deletedBy(plan, paths) };
  const answer = paths.length === 0 ? UNASKED : await consent({ item, rehearsal }, targets, context);
  if (answer.type === 'refused') {
    context.completeItem({ ...item, status: answer.status });
    return { output: answer.output };
  }
  return await writePlan(answer.plan ?? plan, { item, startedAtMs, files, isFresh: !answer.wasAsked }, context);
}

interface Writing {
  readonly item: FileChangeItem;
  readonly startedAtMs: number;
  readonly files: Files;
  readonly isFresh: boolean;
}

async function writePlan(plan: PatchPlan, writing: Writing, context: ToolContext): Promise<ToolOutput> {
  const { startedAtMs, files, isFresh } = writing;
  const item = { ...writing.item, changes: [...plan.changes] };
  if (!sameChanges(writing.item.changes, plan.changes)) recordPatch(context, item);
  let madeFolders: readonly string[];
  try {
    madeFolders = await commitPatch(plan, files, { isFresh });
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    context.completeItem({ ...item, status: 'failed' });
    return { output: `apply_patch failed. ${error.message}` };
  }
  context.completeItem({ ...item, status: 'completed' });
  if (plan.files.length > 0) context.filesChanged(plan.files.map(effectOf), madeFolders);
  return { output: successText(plan, context.clock.nowMs() - startedAtMs) };
}

/** The files, where each path is resolved once. For a plan alone: what is written is looked at again. */
function knowingPaths(files: Files): LookedAt {
  const known = new Map<string, Promise<string>>();
  return {
    realPath(path) {
      const found = known.get(path) ?? files.realPath(path);
      known.set(path, found);
      return found;
    },
    stat: (path) => files.stat(path),
    read: (path) => files.read(path),
  };
}

/** Real paths of files that are kept from the model and that the patch edits: whether it fits would tell what is in them. */
async function keptFiles(
  patch: readonly PatchFile[],
  cwd: string,
  { files, guard }: { readonly files: LookedAt; readonly guard: FileGuard },
): Promise<ReadonlySet<string>> {
  const edited: string[] = [];
  for (const file of patch) if (file.type === 'update') edited.push(await files.realPath(resolvePath(cwd, file.path)));
  return await guard.keptAmong(edited);
}

/** Starts the item, or brings the one that was started while the model wrote up to date. */
function openItem(run: PatchRun, changes: readonly FileUpdateChange[], context: ToolContext): FileChangeItem {
  if (run.started === null)
    return context.startItem({ type: 'fileChange', id: run.callId, changes: [...changes], status: 'inProgress' });
  const item = { ...run.started, changes: [...changes] };
  if (!sameChanges(run.started.changes, changes)) recordPatch(context, item);
  return item;
}

/** What can be read of a patch that cannot be applied. */
async function readableChanges(run: PatchRun, files: Files): Promise<FileUpdateChange[]> {
  const patch = new StreamingPatch();
  patch.push(`${run.patch}\n`);
  const texts = new FileTexts(files);
  await texts.load(patch.files, run.cwd);
  return growingChanges(patch.files, run.cwd, texts);
}

interface Refusal {
  readonly type: 'refused';
  readonly status: 'failed' | 'declined';
  readonly output: string;
}

type Consent =
  | Refusal
  /** `plan`: what was rehearsed is to be written, and nothing else. */
  | { readonly type: 'accepted'; readonly plan: PatchPlan | null; readonly wasAsked: boolean };

const UNASKED: Extract<Consent, { type: 'accepted' }> = { type: 'accepted', plan: null, wasAsked: false };

/** Where the patch really writes. The workspace itself may be reached by a link: its files keep the workspace's own name. */
async function targetsOf(plan: PatchPlan, files: Files, { settings }: ToolContext): Promise<string[]> {
  const { cwd, sandbox } = settings;
  const roots = sandbox.type === 'workspaceWrite' ? [cwd, ...sandbox.writableRoots] : [cwd];
  const realRoots = await Promise.all(roots.map(async (root) => ({ root, real: await files.realPath(root) })));
  return plan.files.map(({ realPath }) => {
    for (const { root, real } of realRoots) {
      const rest = relativePath(real, realPath);
      if (rest !== null) return resolvePath(root, rest);
    }
    return realPath;
  });
}

/** What is gone afterwards; a file that was moved is not. `paths` are the targets of the plan's files. */
function deletedBy(plan: PatchPlan, paths: readonly string[]): string[] {
  const moved = new Set(plan.files.map((file) => file.movedFrom));
  return paths.filter((_, index) => {
    const file = plan.files[index];
    return file?.after === null && !moved.has(file.path);
  });
}

interface AskedPatch {
  readonly item: FileChangeItem;
  readonly rehearsal: PatchRehearsal;
}

async function consent(
  { item, rehearsal }: AskedPatch,
  targets: { readonly paths: readonly string[]; readonly deleted: readonly string[] },
  context: ToolContext,
): Promise<Consent> {
  const decision = await context.decide({ kind: 'patch', ...targets });
  if (decision.type === 'refuse') return refusal('failed', `patch rejected: ${decision.reason}`);
  const wasAsked = decision.type === 'ask';
  const verdict = wasAsked ? await context.askFileChange(item, { ask: decision, rehearse: rehearsal }) : 'accepted';
  switch (verdict) {
    case 'declined':
      return refusal('declined', 'patch rejected by user');
    case 'cancelled':
      return refusal('declined', 'patch rejected by user, who also stopped the turn');
    case 'failed':
      return refusal('failed', 'patch rejected: the user could not be asked for approval');
    default: {
      if (context.signal.aborted) return refusal('failed', 'patch interrupted: no file was changed');
      if (verdict === 'accepted') return { ...UNASKED, wasAsked };
      const plan = rehearsal.planOf(verdict.rehearsalId);
      if (plan === null) return refusal('failed', 'patch rejected: its rehearsal is gone');
      return { type: 'accepted', plan, wasAsked };
    }
  }
}

function refusal(status: Refusal['status'], output: string): Refusal {
  return { type: 'refused', status, output };
}

function effectOf({ path, realPath, before, after, movedFrom, mode }: PlannedFile): FileEffect {
  const modes = { before: before === null ? null : mode, after: after === null ? null : mode };
  const effect = { path, realPath, before, after, modes };
  return movedFrom === undefined ? effect : { ...effect, movedFrom };
}

function successText(plan: PatchPlan, durationMs: number): string {
  const seconds = (durationMs / 1000).toFixed(1);
  const notes = plan.notes.map((note) => `Note: ${note}\n`).join('');
  const done =
    plan.files.length === 0
      ? 'The files have this content already; nothing was changed.\n'
      : `Success. Updated the following files:\n${plan.summary.join('\n')}\n`;
  return `Exit code: 0\nWall time: ${seconds} seconds\nOutput:\n${done}${notes}`;
}
