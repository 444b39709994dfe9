// The names of all schemas, as their files export them: for what is made from the registry, never for serving.
import * as z from 'zod';
import * as account from './schema/account.ts';
import * as approval from './schema/approval.ts';
import * as checkpoint from './schema/checkpoint.ts';
import * as command from './schema/command.ts';
import * as common from './schema/common.ts';
import * as config from './schema/config.ts';
import * as dynamicTool from './schema/dynamicTool.ts';
import * as feature from './schema/feature.ts';
import * as fileSearch from './schema/fileSearch.ts';
import * as fs from './schema/fs.ts';
import * as goal from './schema/goal.ts';
import * as initialize from './schema/initialize.ts';
import * as item from './schema/item.ts';
import * as mcp from './schema/mcp.ts';
import * as model from './schema/model.ts';
import * as modelItem from './schema/modelItem.ts';
import * as modelProvider from './schema/modelProvider.ts';
import * as queue from './schema/queue.ts';
import * as review from './schema/review.ts';
import * as safety from './schema/safety.ts';
import * as skill from './schema/skill.ts';
import * as terminal from './schema/terminal.ts';
import * as thread from './schema/thread.ts';
import * as threadHistory from './schema/threadHistory.ts';
import * as threadImport from './schema/threadImport.ts';
import * as threadSettings from './schema/threadSettings.ts';
import * as threadShelf from './schema/threadShelf.ts';
import * as turn from './schema/turn.ts';
import * as userInput from './schema/userInput.ts';

const FILES = {
  account,
  approval,
  checkpoint,
  command,
  common,
  config,
  dynamicTool,
  feature,
  fileSearch,
  fs,
  goal,
  initialize,
  item,
  mcp,
  model,
  modelItem,
  modelProvider,
  queue,
  review,
  safety,
  skill,
  terminal,
  thread,
  threadHistory,
  threadImport,
  threadSettings,
  threadShelf,
  turn,
  userInput,
};

/** The files whose schemas have names here; a test compares them with the folder. */
export const NAMED_FILES: readonly string[] = Object.keys(FILES);

/** Builds every schema, and gives each that is exported its name. */
export function schemaNames(): ReadonlyMap<z.ZodType, string> {
  const names = new Map<z.ZodType, string>();
  for (const file of Object.values(FILES)) {
    for (const [name, exported] of Object.entries(file)) {
      if (!/^[A-Z]/.test(name) || !isThunk(exported)) continue;
      const schema = exported();
      if (schema instanceof z.ZodType && !names.has(schema)) names.set(schema, name);
    }
  }
  return names;
}

function isThunk(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
