// `[checkpoints]` of the configuration: whether what turns change is kept, and how much room that may take.
import type { ConfigTable } from './configTable.ts';
import { ConfigReader } from './configValues.ts';

export interface CheckpointConfig {
  readonly isEnabled: boolean;
  readonly quotaBytes: number;
}

const DEFAULT_QUOTA_BYTES = 2 * 1024 ** 3;

export function checkpointConfig(config: ConfigTable): CheckpointConfig {
  return readCheckpointConfig(new ConfigReader(config));
}

/** Problems are noted in the reader. */
export function readCheckpointConfig(reader: ConfigReader): CheckpointConfig {
  const table = reader.table('checkpoints');
  return {
    isEnabled: table.flag('enabled') ?? true,
    quotaBytes: table.count('quota_bytes') ?? DEFAULT_QUOTA_BYTES,
  };
}
