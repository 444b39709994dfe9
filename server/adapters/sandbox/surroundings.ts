// Whether the server runs as root, and whether inside of a container, where root is not the root of the machine.
import { existsSync, readFileSync } from 'node:fs';

export interface Surroundings {
  readonly isRoot: boolean;
  readonly isContainer: boolean;
}

const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv'];
const CONTAINER_GROUPS = /\b(docker|kubepods|containerd|libpod|lxc|garden)\b/;

export function lookAround(): Surroundings {
  return { isRoot: process.geteuid?.() === 0, isContainer: isContainer() };
}

function isContainer(): boolean {
  return (
    CONTAINER_FILES.some((path) => existsSync(path)) ||
    CONTAINER_GROUPS.test(textOf('/proc/1/cgroup')) ||
    textOf('/proc/1/environ')
      .split('\0')
      .some((variable) => /^container=./.test(variable))
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not there or not ours to read: it speaks for no container
  }
}
