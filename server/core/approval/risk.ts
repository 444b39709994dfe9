// How much an answer matters.
import type { Risk } from '../../protocol/schema/safety.ts';
import { programOf, type ShellScript } from './shell/shellScript.ts';

export interface RiskInput {
  readonly script: ShellScript;
  readonly isSandboxed: boolean;
  readonly isEscalated: boolean;
  /** It only reads, or a rule allows it. */
  readonly isKnown: boolean;
}

/** They delete, overwrite, reach out or run what they are told, so that a glance is due even in the sandbox. */
const NEEDS_A_GLANCE =
  /^(?:rm|rmdir|unlink|shred|mv|dd|truncate|ln|chmod|chown|chgrp|kill|pkill|killall|git|curl|wget|ssh|scp|rsync|nc|ncat|docker|podman|kubectl|sudo|doas|su|xargs|find|parallel|eval|python[\d.]*|perl|ruby|node|php|bash|sh|zsh|dash|ksh)$/;
const REACHES_OUT = /^(?:curl|wget|nc|ncat|socat|ssh|scp|sftp|ftp|telnet)$/;

/** `low` only for what just reads, or stays in the sandbox with a shape that hides nothing. */
export function riskOf({ script, isSandboxed, isEscalated, isKnown }: RiskInput): Risk {
  if (isEscalated || hasNetworkPipe(script)) return 'high';
  if (isKnown) return 'low';
  const isHarmless =
    script.obstacle === null && !script.commands.some((command) => NEEDS_A_GLANCE.test(programOf(command)));
  return isSandboxed && isHarmless ? 'low' : 'medium';
}

/** Something is sent out of, or run from, a pipe that the network is part of. */
function hasNetworkPipe({ commands }: ShellScript): boolean {
  return commands.some((command) => command.upstream.length > 0 && REACHES_OUT.test(programOf(command)));
}
