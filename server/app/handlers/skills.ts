// Skills: listed and switched; and hooks, which there are none of.
import { Reply } from '../../rpc/incoming.ts';
import type { AppWorld } from '../world.ts';
import type { Handler } from '../requestContext.ts';

export const skillsList: Handler<'skills/list'> = async ({ app }, { cwds }) => ({
  data: await app.skills.list(foldersOf(app, cwds)),
});

export const skillsExtraRootsSet: Handler<'skills/extraRoots/set'> = async ({ app, fanout }, { extraRoots }) => {
  app.skills.setExtraRoots(extraRoots.map((root) => app.absolutePath(root)));
  return new Reply({}, () => fanout.publish({ method: 'skills/changed', params: {} }));
};

export const skillsConfigWrite: Handler<'skills/config/write'> = async ({ app, fanout }, params) => {
  await app.skills.switchSkill(params);
  const result = { effectiveEnabled: params.enabled };
  return new Reply(result, () => fanout.publish({ method: 'skills/changed', params: {} }));
};

export const hooksList: Handler<'hooks/list'> = async ({ app }, { cwds }) => ({
  data: foldersOf(app, cwds).map((cwd) => ({ cwd, hooks: [], warnings: [], errors: [] })),
});

function foldersOf(app: AppWorld, cwds: readonly string[] | null | undefined): string[] {
  return (cwds && cwds.length > 0 ? cwds : ['.']).map((cwd) => app.absolutePath(cwd));
}
