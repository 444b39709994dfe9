// Tripwire: writing to disks and other devices, past all file systems.
import { pathOf } from '../shell/place.ts';
import { argumentsOf, hasFlag, programOf, type ShellCommand } from '../shell/shellScript.ts';
import type { ShellWord } from '../shell/word.ts';
import type { Tripwire } from './tripwire.ts';

/** Devices that are written to every day. */
const HARMLESS =
  /^\/dev\/(?:null|zero|full|std(?:in|out|err)|tty|fd\/\d+|u?random|pts\/\d+|shm(?:\/.*)?|(?:tcp|udp)\/.*|log|console)$/;
const FORMATS =
  /^(?:mkfs(?:\..+)?|mke2fs|mkswap|wipefs|blkdiscard|sgdisk|cryptsetup|pvcreate|lvremove|vgremove|zpool|hdparm|nvme|flashrom|badblocks|mdadm|ddrescue|zfs)$/;
const PARTITIONS = /^(?:fdisk|sfdisk|cfdisk|parted|gdisk|cgdisk)$/;
const READS_ONLY = ['-l', '--list', '-v', '-V', '--version', '-h', '--help', 'print'];
const CHANGES = /^(?:mk\w+|rm|resizepart|set|disk_set|name|rescue|toggle|--delete|--wipe.*|--append|-[aA])$/;

export const deviceWrite: Tripwire = {
  name: 'device_write',
  command(command) {
    const device = devicesOf(command).find((path) => path.startsWith('/dev/') && !HARMLESS.test(path));
    if (device !== undefined) return `Writes directly to a device: ${device}`;
    const program = programOf(command);
    const args = argumentsOf(command);
    const isAsking = args.some((arg) => READS_ONLY.includes(arg)) && !args.some((arg) => CHANGES.test(arg));
    if (FORMATS.test(program)) return changesDisk(command) ? `Formats or erases a disk: ${program}` : null;
    if (PARTITIONS.test(program)) return isAsking ? null : `Changes the partitions of a disk: ${program}`;
    if (program === 'diskutil' && /^(?:erase|partition|zero|secureErase|apfs)/i.test(args[0] ?? ''))
      return `Erases a disk: diskutil ${args[0]}`;
    return /^(?:format|diskpart)(?:\.com)?$/i.test(program) && args.some((arg) => /^[A-Za-z]:$|^\/s$/i.test(arg))
      ? `Formats a disk: ${program} ${args.join(' ')}`
      : null;
  },
};

function changesDisk(command: ShellCommand): boolean {
  const program = programOf(command);
  const args = argumentsOf(command);
  // an image in a file is no disk
  if (program.startsWith('mk') && !args.includes('-V')) {
    const paths = command.words.slice(1).map((word) => pathOf(word, command.place));
    return paths.some((path) => path?.startsWith('/dev/') ?? true);
  }
  switch (program) {
    case 'wipefs':
      return hasFlag(args, 'ao', '--all', '--offset');
    case 'cryptsetup':
      return ['luksFormat', 'erase', 'luksErase', 'reencrypt'].some((word) => args.includes(word));
    case 'zpool':
      return ['create', 'destroy', 'labelclear'].includes(args[0] ?? '');
    case 'zfs':
      return args[0] === 'destroy' || args[0] === 'rollback';
    case 'badblocks':
      return hasFlag(args, 'wn');
    case 'mdadm':
      return hasFlag(args, 'C', '--create', '--zero-superblock');
    case 'ddrescue':
      return args.some((arg, index) => index > 0 && arg.startsWith('/dev/'));
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
  const output = /^(?:dd|dcfldd|dc3dd)$/.test(program) ? words.flatMap(outputOf) : [];
  const paths = [...redirected, ...operands, ...last, ...output].map((word) => pathOf(word, command.place));
  return paths.filter((path) => path !== null);
}

/** What stands behind `of=`. */
function outputOf(word: ShellWord): ShellWord[] {
  const [first, ...rest] = word.pieces;
  if (first?.kind !== 'text' || !first.text.startsWith('of=')) return [];
  return [{ ...word, pieces: [{ kind: 'text', text: first.text.slice(3) }, ...rest] }];
}
