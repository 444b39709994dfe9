// Whether a process of this machine exists, whoever it belongs to.

/** False for what is no process id: zero and negative numbers would mean groups. */
export function isProcessRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // a process of another user exists all the same
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
