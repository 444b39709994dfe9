// Certificates to trust: those of the provider must be usable, those that the environment names may be.
import { equal, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { trustedCertificates } from '../../../../server/adapters/openai/certificates.ts';

const ONE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';

describe('the certificates to trust', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'bowline-pem-'));
    writeFileSync(join(folder, 'two.pem'), `# comment\n${ONE}\n\n${ONE}\n`);
    writeFileSync(join(folder, 'none.pem'), 'nothing\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are the well-known ones and those of all files', () => {
    equal(trustedCertificates(null, {}), null);
    const two = join(folder, 'two.pem');
    const all = trustedCertificates(two, {
      SSL_CERT_FILE: two,
      NODE_EXTRA_CA_CERTS: ' ',
      CODEX_CA_CERTIFICATE: undefined,
    });
    equal(all?.length, rootCertificates.length + 4);
    equal(all?.at(-1), ONE);
  });

  it('are passed over in files that the environment names and nobody can use', () => {
    equal(
      trustedCertificates(null, { SSL_CERT_FILE: '/no/such', NODE_EXTRA_CA_CERTS: join(folder, 'none.pem') }),
      null,
    );
  });

  it('must be there in the file that a provider names', () => {
    throws(() => trustedCertificates('/no/such', {}), /certificates in \/no\/such cannot be read: ENOENT/);
    throws(() => trustedCertificates(join(folder, 'none.pem'), {}), /holds no certificate in PEM/);
  });
});
