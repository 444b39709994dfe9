// The time zone of this machine. The runtime finds it too, but its first look at time zones takes longer than a small file access does.
import { readlinkSync } from 'node:fs';

/** What Unix systems have as a link to the description of the zone. */
const LOCAL_TIME = '/etc/localtime';
/** Of IANA's names, those that name a place, and the one that is used most where there is none. */
const ZONE = /^(?:[A-Za-z_]+\/[A-Za-z0-9_+-]+(?:\/[A-Za-z_-]+)?|UTC)$/;

/** Its IANA name. */
export function timeZoneOf(env: Readonly<Record<string, string | undefined>>): string {
  const said = env['TZ'] ?? linkedZone();
  return said !== null && ZONE.test(said) ? said : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Null where the system says it otherwise. */
function linkedZone(): string | null {
  try {
    return /\/zoneinfo\/(.+)$/.exec(readlinkSync(LOCAL_TIME))?.[1] ?? null;
  } catch {
    // Windows, or a system that copies the description instead
    return null;
  }
}
