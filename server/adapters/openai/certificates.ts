// The certificates that are trusted beside the well-known ones: of a company's proxy, or of a server of one's own.
import { readFileSync } from 'node:fs';
import { messageOf } from '../../protocol/errors.ts';
import type { Environment } from './credentials.ts';

const VARIABLES = ['CODEX_CA_CERTIFICATE', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];

/**
 * All that are trusted, in PEM; null when only the well-known ones are. Throws for a file that a provider names and that cannot be used; one
 * that the environment names may be meant for other programs and is passed over.
 */
export function trustedCertificates(caFile: string | null, env: Environment): readonly string[] | null {
  const extra = [
    ...(caFile === null ? [] : certificatesIn(caFile)),
    ...VARIABLES.flatMap((name) => {
      const path = env[name]?.trim() ?? '';
      return path === '' ? [] : quietly(() => certificatesIn(path));
    }),
  ];
  return extra.length === 0 ? null : [...process.getBuiltinModule('node:tls').rootCertificates, ...extra];
}

function certificatesIn(path: string): readonly string[] {
  const text = textIn(path);
  const found = text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g);
  if (found === null) throw new Error(`${path} holds no certificate in PEM`);
  return found;
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // no cause: these are the words to show
    throw new Error(`the certificates in ${path} cannot be read: ${messageOf(error)}`);
  }
}

function quietly(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch {
    // named for other programs: without it a connection that needs it fails and says so
    return [];
  }
}
