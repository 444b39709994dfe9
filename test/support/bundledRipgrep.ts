// The ripgrep that comes with the packages: tests must not depend on one that happens to be installed.
import { createRequire } from 'node:module';

const { rgPath } = createRequire(import.meta.url)('@vscode/ripgrep') as { readonly rgPath: string };

/** For the environment of whoever looks for ripgrep. */
export const BUNDLED_RIPGREP = { BOWLINE_RG: rgPath } as const;
