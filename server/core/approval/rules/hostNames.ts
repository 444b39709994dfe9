// Host names as rules and questions know them: one spelling for each, and what a wildcard covers.

export type HostPattern =
  | { readonly type: 'pattern'; readonly pattern: string }
  | { readonly type: 'wrong'; readonly message: string };

/** In lower case, without a trailing dot, without the brackets of an IPv6 address. */
export function hostName(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** The host of a rule: a name, an address, or `*.` and a name for all names below it. A port is left away. */
export function hostPattern(written: string): HostPattern {
  const host = hostName(withoutPort(written.trim()));
  if (host === '') return wrong('The host is empty.');
  if (/[\s/?#@\\]/.test(host))
    return wrong('The host must be a name or an address alone, without scheme, path or blanks.');
  const name = host.startsWith('*.') ? host.slice(2) : host;
  if (name.includes('*')) return wrong('A wildcard in a host stands only at its beginning, as in *.example.com.');
  if (name !== host && (!name.includes('.') || isOwnNetwork(name))) {
    return wrong('A wildcard needs a name of at least two parts behind it, as in *.example.com, and no address.');
  }
  return { type: 'pattern', pattern: host };
}

/** Whether a rule's host, as `hostPattern` accepts it, covers one that is reached for, as `hostName` spells it. */
export function hostCovers(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  return host.length > pattern.length - 1 && host.endsWith(pattern.slice(1));
}

/** Addresses in whatever notation, and names that stand for this machine: never meant by a wildcard. */
function isOwnNetwork(host: string): boolean {
  const last = host.split('.').at(-1) ?? '';
  return host.includes(':') || /^(?:\d+|0x[0-9a-f]*)$/.test(last) || last === 'localhost';
}

function withoutPort(host: string): string {
  return /^(\[.*\]|[^:]*):\d+$/.exec(host)?.[1] ?? host;
}

function wrong(message: string): HostPattern {
  return { type: 'wrong', message };
}
