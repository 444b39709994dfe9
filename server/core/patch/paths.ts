// Absolute paths without Node: joining, cleaning, and telling what lies below a folder.

const DRIVE = /^[A-Za-z]:(?=[\\/])/;

export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || DRIVE.test(path);
}

/** `path` seen from the absolute folder `cwd`, with `.` and `..` worked off and no slash at its end. */
export function resolvePath(cwd: string, path: string): string {
  const whole = isAbsolutePath(path) ? path : `${cwd}/${path}`;
  const drive = DRIVE.exec(whole)?.[0] ?? '';
  const rest = drive === '' ? whole : whole.slice(drive.length).replaceAll('\\', '/');
  const steps: string[] = [];
  for (const step of rest.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return `${drive}/${steps.join('/')}`;
}

/** The folder that holds `path`; a root is its own. */
export function parentFolder(path: string): string {
  const end = path.lastIndexOf('/');
  if (end > 0) return path.slice(0, end);
  return '/';
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `path` relative to `folder`; null when it does not lie below it. */
export function relativePath(folder: string, path: string): string | null {
  const start = folder.endsWith('/') ? folder : `${folder}/`;
  return path.startsWith(start) ? path.slice(start.length) : null;
}

/** Orders by code units, the same on every machine. */
export function comparePaths(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
