// Tripwire: writing to disks and other devices, past all file systems.
import { pathOf } from '../shell/place.ts';
import { argumentsOf, hasFlag, programOf, type ShellCommand } from '../shell/shellScript.ts';
import type { Tripwire } from './tripwire.ts';

/** Devices that are written to every day. */
const HARMLESS =
  /^\/dev\/(?:null|zero|full|std(?:in|out|err)|tty|fd\/\d+|u?random|pts\/\d+|shm(?:\/.*)?|(?:tcp|udp)\/.*|log|console)$/;
const FORMATS =
  /^(?:mkfs(?:\..+)?|mke2fs|mkswap|wipefs|blkdiscard|sgdisk|cryptsetup|pvcreate|lvremove|vgremove|zpool|hdparm|nvme|flashrom)$/;
const PARTITIONS = /^(?:fdisk|sfdisk|cfdisk|parted|gdisk|cgdisk)$/;
const READS_ONLY = ['-l', '--list', '-v', '-V', '--version', '-h', '--help', '-s', '--show-size'];

export const deviceWrite: Tripwire = {
  name: 'device_write',
  command(command) {
    const device = devicesOf(command).find((path) => path.startsWith('/dev/') && !HARMLESS.test(path));
    if (device !== undefined) return `Writes directly to a device: ${device}`;
    const program = programOf(command);
    const args = argumentsOf(command);
    const isAsking = args.some((arg) => READS_ONLY.includes(arg));
    if (FORMATS.test(program)) return changesDisk(program, args) ? `Formats or erases a disk: ${program}` : null;
    if (PARTITIONS.test(program)) return isAsking ? null : `Changes the partitions of a disk: ${program}`;
    if (program === 'diskutil' && /^(?:erase|partition|zero|secureErase|apfs)/i.test(args[0] ?? ''))
      return `Erases a disk: diskutil ${args[0]}`;
    return /^(?:format|diskpart)(?:\.com)?$/i.test(program) && args.some((arg) => /^[A-Za-z]:$|^\/s$/i.test(arg))
      ? `Formats a disk: ${program} ${args.join(' ')}`
      : null;
  },
};

function changesDisk(program: string, args: readonly string[]): boolean {
  switch (program) {
    case 'wipefs':
      return hasFlag(args, 'ao', '--all', '--offset');
    case 'cryptsetup':
      return ['luksFormat', 'erase', 'luksErase', 'reencrypt'].some((word) => args.includes(word));
    case 'zpool':
      return ['create', 'destroy', 'labelclear'].includes(args[0] ?? '');
    case 'hdparm':
      return args.some((arg) => /^--(?:security-erase|write-sector|trim-sector)/.test(arg));
    case 'nvme':
      return ['format', 'sanitize', 'write'].includes(args[0] ?? '');
    case 'sgdisk':
      return !args.every((arg) => /^(?:-[pi]|--print|--info=.*|\/dev\/.*)$/.test(arg));
    default:
      return args.length > 0 && !args.includes('--help') && !args.includes('--version');
  }
}

/** Paths that the command writes to: by `>`, and as an operand of programs that write where they are told. */
function devicesOf(command: ShellCommand): string[] {
  const redirected = command.redirections.flatMap(({ operator, target }) =>
    target !== null && operator.includes('>') ? [target] : [],
  );
  const words = command.words.slice(1);
  const program = programOf(command);
  const operands = program === 'tee' || program === 'shred' || program === 'truncate' ? words : [];
  const last = program === 'cp' || program === 'mv' || program === 'install' ? words.slice(-1) : [];
  const output =
    program === 'dd' ? argumentsOf(command).flatMap((arg) => (arg.startsWith('of=') ? [arg.slice(3)] : [])) : [];
  const paths = [...redirected, ...operands, ...last].map((word) => pathOf(word, command.place));
  return [...output, ...paths.filter((path) => path !== null)];
}
