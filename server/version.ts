// The version of this build: compiled in by scripts/bundles.mjs, a fixed word when the source runs unbundled.

declare const BOWLINE_VERSION: string | undefined;

export const version = typeof BOWLINE_VERSION === 'undefined' ? '0.0.0-source' : BOWLINE_VERSION;
