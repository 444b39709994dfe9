// What clients ask for at their start to know what they may offer: features, profiles, modes, requirements.
import { PERMISSION_PROFILES } from '../../core/config/permissionProfiles.ts';
import type { Handler } from '../requestContext.ts';

export const experimentalFeatureList: Handler<'experimentalFeature/list'> = async () => ({
  data: [],
  nextCursor: null,
});

/** None is known, so none is switched. */
export const experimentalFeatureEnablementSet: Handler<'experimentalFeature/enablement/set'> = async () => ({
  enablement: {},
});

export const permissionProfileList: Handler<'permissionProfile/list'> = async () => ({
  data: Object.keys(PERMISSION_PROFILES).map((id) => ({ id, description: null, allowed: true })),
  nextCursor: null,
});

export const collaborationModeList: Handler<'collaborationMode/list'> = async () => ({
  data: [
    { name: 'Plan', mode: 'plan', model: null, reasoning_effort: 'medium' },
    { name: 'Default', mode: 'default', model: null, reasoning_effort: null },
  ],
});

export const configRequirementsRead: Handler<'configRequirements/read'> = async () => ({
  supportsIndependentSpeedModes: null,
  requirements: null,
});
