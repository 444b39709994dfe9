// Systems on which commands cannot be contained, and what to do about it there.

export interface Unsupported {
  readonly reason: string;
  readonly remedy: string;
}

/** Null where there is a sandbox. WSL2 is a Linux. */
export function unsupportedPlatform(platform: NodeJS.Platform): Unsupported | null {
  switch (platform) {
    case 'linux':
    case 'darwin':
      return null;
    case 'win32':
      return {
        reason: 'Commands are not sandboxed on Windows itself.',
        remedy: 'Open the workspace in WSL2 (the command "WSL: Reopen Folder in WSL"): there commands are sandboxed.',
      };
    default:
      return {
        reason: `Commands are not sandboxed on ${platform}.`,
        remedy: 'Use Linux, WSL2 or macOS.',
      };
  }
}
