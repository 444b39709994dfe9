// Texts with and without secrets, put together at run time so that no scanner takes this file for a leak.

const of = (...parts: readonly string[]): string => parts.join('');
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Looks random, and is the same each time. */
export function random(length: number, alphabet = LETTERS, seed = 7): string {
  let state = seed;
  const next = (): string => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return alphabet.charAt(Math.floor((state / 2147483648) * alphabet.length));
  };
  return Array.from({ length }, next).join('');
}

const BASE64 = `${LETTERS}+/`;
const HEX = '0123456789abcdef';
const DASHES = '-----';

export function privateKey(kind = 'RSA ', lines = 12): string {
  const body = Array.from({ length: lines }, (_, line) =>
    of(line === 0 ? 'MIIE' : '', random(line === 0 ? 60 : 64, BASE64, line + 3)),
  );
  return [
    of(DASHES, 'BEGIN ', kind, 'PRIVATE KEY', DASHES),
    ...body,
    'ab1=',
    of(DASHES, 'END ', kind, 'PRIVATE KEY', DASHES),
  ].join('\n');
}

export const githubToken = (): string => of('ghp', '_', random(36));

/** As a search that shows its finds in colour prints it. */
function coloured(secret: string): string {
  return `${secret.slice(0, 6)}\u001b[1m\u001b[31m${secret.slice(6, 12)}\u001b[0m${secret.slice(12)}`;
}

/** As `cat -n` prints all lines, but for the number of the first. */
function numbered(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? line : `${String(index + 1).padStart(6)}\t${line}`))
    .join('\n');
}

/** As `grep -n '' *` does. */
function named(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? line : `id_rsa:${index + 1}:${line}`))
    .join('\n');
}

/** What it is, the secret, and the text around it (`@` stands for the secret). */
export const SECRETS: readonly (readonly [label: string, secret: string, around: string])[] = [
  ['GitHub token', githubToken(), 'token: @'],
  ['GitHub token', githubToken(), 'remote: https://@@github.com/x/y'.replace('@@', '@ ')],
  ['GitHub token', of('gho', '_', random(36)), '@'],
  ['GitHub token', of('github_pat', '_', random(22), '_', random(59)), 'GH=@'],
  ['AWS secret key', random(40, BASE64), 'aws_secret_access_key = @'],
  ['AWS access key', of('AK', 'IA', random(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')), 'id @ used'],
  ['OpenAI key', of('sk', '-', random(20), 'T3', 'BlbkFJ', random(20)), 'key @'],
  ['OpenAI key', of('sk', '-proj-', random(74), 'T3', 'BlbkFJ', random(74)), '"@"'],
  ['Anthropic key', of('sk', '-ant-', 'api03-', random(93), 'AA'), 'x @ y'],
  ['Slack token', of('xox', 'b-', random(12, '0123456789'), '-', random(13, '0123456789'), '-', random(24)), '@'],
  ['npm token', of('npm', '_', random(36)), '//registry/:_authToken=@'],
  ['Stripe key', of('sk', '_live_', random(24)), 'stripe @'],
  ['SendGrid key', of('SG', '.', random(22), '.', random(43)), '@'],
  ['GitLab token', of('gl', 'pat-', random(20)), 'token @ end'],
  ['Google API key', of('AI', 'za', random(35)), 'key=@&x'],
  ['JSON Web Token', of('ey', 'J', random(20), '.ey', 'J', random(30), '.', random(43)), 'cookie: session=@; path=/'],
  ['password', of('s3cr', 'et-Pa55'), 'postgres://app:@@db.internal:5432/x'.replace('@@', '@%')],
  ['authorization', random(32), 'Authorization: Bearer @'],
  ['authorization', random(40), 'curl -H "x-api-key: @"'],
  ['private key', privateKey(), 'cat key\n@\ndone'],
  ['private key', privateKey('OPENSSH '), '@'],
  ['private key', privateKey(''), '{"private_key": "@"}'],
  ['private key', privateKey('').replaceAll('\n', '\\n'), '{"private_key": "@"}'],
  ['private key', privateKey('EC ').split('\n').slice(0, 6).join('\n'), 'head -6\n@'],
  ['value of a secret variable', of('hunter2', 'hunter2'), 'DB_PASSWORD=@\nPORT=1'],
  ['value of a secret variable', of('hunter2', 'hunter2'), 'README.md:a\n./.env:DB_PASSWORD=@'],
  ['value of a secret variable', of('hunter2', 'hunter2'), 'conf/.env:12:DB_PASSWORD=@\nconf/.env-13-PORT=1'],
  ['value of a secret variable', random(24), 'export SESSION_SECRET="@"'],
  ['value of a secret variable', random(24), 'A=1\nMY_API_KEY=@'],
  // coloured, numbered and named by the programs that print them
  ['GitHub token', githubToken(), 'a \u001b[01;31m\u001b[K@\u001b[m\u001b[K b'],
  ['GitHub token', githubToken(), '\u001b[32m+\u001b[m\u001b[32m@\u001b[m'],
  ['GitHub token', coloured(githubToken()), 'found: @'],
  ['GitHub token', githubToken().replace('_', '_\u200b'), 'found: @'],
  ['private key', numbered(privateKey('')), '     1\t@\n'],
  ['private key', named(privateKey('')), 'id_rsa:1:@\n'],
  ['private key', named(privateKey('RSA ')).replaceAll(/:(\d+):/g, '-$1-'), 'id_rsa-1-@\n'],
  ['private key', privateKey('').replaceAll('\n', '$\n'), '@$\n'],
  ['private key', privateKey('').replaceAll('\n', '\u001b[m\n\u001b[32m+'), '\u001b[32m+@\u001b[m\n'],
  ['registry token', `3f8a1c9e-${random(4)}-${random(12)}`, '//registry.example/:_authToken=@'],
].map(([label = '', secret = '', around = '']) => [label, secret, around.replace('@%', '@@')] as const);

/** Nothing in these is a secret. */
export const HARMLESS: readonly string[] = [
  `"integrity": "sha512-${random(86, BASE64)}=="`,
  `resolved "https://registry.example/x.tgz#${random(40, HEX)}"`,
  `commit ${random(40, HEX)}`,
  `cache key: ${random(40, HEX)}`,
  `sha256:${random(64, HEX)}`,
  '123e4567-e89b-12d3-a456-426614174000',
  `data:image/png;base64,iVBORw0KGgo${random(400, BASE64)}`,
  'const password = await askForPassword();',
  'PASSWORD=$1',
  'DB_PASSWORD=${DB_PASSWORD:-changeme}',
  'API_KEY=your-api-key-here',
  'SECRET_KEY=xxxxxxxxxxxxxxxx',
  'TOKEN=process.env.TOKEN',
  'MAX_TOKEN=1048576000',
  'DB_PASSWORD_FILE=/run/secrets/db_password_1',
  'JWT_SECRET=/etc/app/jwt.secret',
  'https://example.com:8080/a@b',
  'http://localhost:3000',
  'git@github.com:owner/repo.git',
  'postgres://user:password@localhost/db',
  'mongodb://user:<password>@host/db',
  'AKIAIOSFODNN7EXAMPLE',
  `begins with ${DASHES}BEGIN RSA PRIVATE KEY${DASHES} and ends with ${DASHES}END RSA PRIVATE KEY${DASHES}`,
  `if (text.includes('${DASHES}BEGIN PRIVATE KEY${DASHES}')) throw new Error('that is a private key, take it out of the file')`,
  'the token is read from the header Authorization: Bearer <token>',
  `${DASHES}BEGIN CERTIFICATE${DASHES}\n${random(64, BASE64)}\n${random(64, BASE64)}\n${DASHES}END CERTIFICATE${DASHES}`,
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${random(43, BASE64)} ann@example`,
  'eyJhbGciOiJub25lIn0',
  'listening on 127.0.0.1:8080 (pid 4242)',
  'src/secret/password.ts:12: export const TOKEN_LENGTH = 32;',
  '[secret masked: GitHub token]',
  'TOKEN=[secret masked: GitHub token]',
];
