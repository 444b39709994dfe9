// The port behind skills: which there are, and which of them are on.
import type { SkillsConfigWriteParams, SkillsListEntry } from '../protocol/schema/skill.ts';

export interface Skills {
  /** Folders are absolute; those of a workspace are listed when the user trusts it. Never rejects for what cannot be read. */
  list(cwds: readonly string[]): Promise<SkillsListEntry[]>;
  /** Absolute folders with skills, beside the usual ones. */
  setExtraRoots(roots: readonly string[]): void;
  /** Switches a skill in the user's configuration, by its path or its name. Throws like a write of the configuration. */
  switchSkill(params: SkillsConfigWriteParams): Promise<void>;
}
