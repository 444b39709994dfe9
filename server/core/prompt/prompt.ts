// What the model is told before the conversation: instructions, permissions, project documents, environment.
import { shellName } from '../command/shell.ts';
import type { Clock, FileGuard, Files } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { fileName } from '../patch/paths.ts';
import type { ContextEntry } from '../../protocol/schema/safety.ts';
import { utf8Length } from '../command/utf8.ts';
import type { ModelItem } from '../turn/modelPort.ts';
import type { Prompt } from '../turn/turnWorld.ts';
import { modeInstructions } from '../turn/collaboration.ts';
import { BASE_INSTRUCTIONS } from './baseInstructions.ts';
import { environmentContext, permissionsText } from './environmentContext.ts';
import { readProjectDocs, type ProjectDoc } from './projectDocs.ts';

export interface PromptSurroundings {
  readonly files: Files;
  readonly guard: FileGuard;
  /** Absolute path of Bowline's home. */
  readonly home: string;
  readonly clock: Clock;
  /** E.g. "linux". */
  readonly platform: string;
  /** IANA, e.g. "Europe/Berlin". Asked for late: the runtime takes 20 ms to find out the first time. */
  timeZone(): string;
  /** Absolute path of the shell that runs commands. */
  shellPath(): string;
}

/** Read anew for each turn, so that an edited AGENTS.md counts from the next turn on. What seldom changes comes first. */
export async function readPrompt(settings: Settings, surroundings: PromptSurroundings): Promise<Prompt> {
  const { clock, platform } = surroundings;
  const docs = await docsFor(settings, surroundings);
  const shell = shellName(surroundings.shellPath());
  const environment = environmentContext(settings, {
    shell,
    platform,
    timeZone: surroundings.timeZone(),
    nowMs: clock.nowMs(),
  });
  const mode = modeInstructions(settings) ?? '';
  const instructions = [settings.developerInstructions ?? '', permissionsText(settings), mode].filter(
    (text) => text !== '',
  );
  const base = settings.baseInstructions ?? BASE_INSTRUCTIONS;
  return {
    items: [
      message('developer', [base]),
      message('developer', instructions),
      message('user', [...(docs.length === 0 ? [] : [docsText(settings.cwd, docs)]), environment]),
    ],
    entries: [
      entry('instructions', 'Instructions', base),
      entry('instructions', 'Permissions', instructions.join('\n')),
      ...docs.map(({ path, text }) => ({ ...entry('projectDocument', fileName(path), text), path })),
      entry('environment', 'Environment', environment),
    ],
  };
}

/** Absolute paths of the project documents that the prompt holds, without making the rest of it. */
export async function readSources(settings: Settings, surroundings: PromptSurroundings): Promise<readonly string[]> {
  return (await docsFor(settings, surroundings)).map((doc) => doc.path);
}

function docsFor(settings: Settings, surroundings: PromptSurroundings): ReturnType<typeof readProjectDocs> {
  return readProjectDocs(surroundings, {
    cwd: settings.cwd,
    home: surroundings.home,
    maxBytes: settings.projectDocMaxBytes,
    isUntrusted: settings.isWorkspaceTrusted === false,
  });
}

function entry(kind: ContextEntry['kind'], label: string, text: string): ContextEntry {
  return { kind, label, path: null, bytes: utf8Length(text), masked: 0, itemId: null };
}

function docsText(cwd: string, docs: readonly ProjectDoc[]): string {
  const parts = docs.map(
    ({ path, text, isCut }) =>
      `## ${path}\n\n${text}${isCut ? `\n\n[The rest of ${path} was left out: it is longer than project_doc_max_bytes allows.]` : ''}`,
  );
  return `# AGENTS.md instructions for ${cwd}\n\nLater files are closer to the folder you work in and win over earlier ones.\n\n<INSTRUCTIONS>\n${parts.join('\n\n')}\n</INSTRUCTIONS>`;
}

function message(role: 'developer' | 'user', texts: readonly string[]): ModelItem {
  return { type: 'message', role, content: texts.map((text) => ({ type: 'input_text', text })) };
}
