// Which files are kept from the model by their names.
import assert from 'node:assert/strict';
import { isKeptFile } from '../../../server/protocol/keptFiles.ts';

const KEPT = [
  '.env',
  '.ENV',
  '.env.local',
  '.env.production',
  '.env-staging',
  '.env_backup',
  '.env.example.local',
  'docker.env',
  '.envrc',
  'server.pem',
  'Server.PEM',
  'tls.key',
  'id_rsa',
  'id_rsa.bak',
  'id_ed25519',
  'cert.p12',
  'cert.pfx',
  'release.keystore',
  'trust.jks',
  'vault.kdbx',
  '.npmrc',
  '.netrc',
  '_netrc',
  '.pypirc',
  '.git-credentials',
  'credentials',
  'credentials.json',
  'credentials-prod.json',
  'client_secret_123.json',
  'service-account.json',
  'serviceAccountKey.json',
  'terraform.tfstate',
  'terraform.tfstate.backup',
  'secrets.yaml',
  'secret.json',
  '.secrets.toml',
  // what a lax file system takes for the same name
  '.env.',
  '.env ',
  '.env::$DATA',
  '.\u200cenv',
  '.ｅｎｖ',
  'prod:.env',
];

const FREE = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.local.example',
  'example.env',
  'env.ts',
  '.environment',
  'id_rsa.pub',
  'key.ts',
  'monkey',
  'keys.json',
  'secrets.ts',
  'secret.py',
  'package.json',
  'credentials.ts',
  'tfstate.md',
  'README.md',
  'pem',
  '',
];

describe('kept files', () => {
  for (const name of KEPT) it(`keeps ${JSON.stringify(name)}`, () => assert.equal(isKeptFile(name), true));
  for (const name of FREE) it(`lets ${JSON.stringify(name)} go`, () => assert.equal(isKeptFile(name), false));

  it('looks at the last part of a path alone', () => {
    assert.equal(isKeptFile('/ws/app/.env'), true);
    assert.equal(isKeptFile('C:\\ws\\app\\.env'), true);
    // a virtual environment may have this name
    assert.equal(isKeptFile('/ws/.env/lib/site.py'), false);
  });
});
