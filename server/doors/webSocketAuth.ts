// Who may open a WebSocket: those who know a capability token, or who bring a bearer token signed with a shared secret.
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DoorRefused } from './door.ts';

export type WebSocketAuth = CapabilityToken | SignedBearerToken;

interface CapabilityToken {
  readonly type: 'capabilityToken';
  readonly token: { readonly file: string } | { readonly sha256: string };
}

interface SignedBearerToken {
  readonly type: 'signedBearerToken';
  readonly secretFile: string;
  /** Null: any. */
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly maxClockSkewSeconds: number;
}

type Find = (path: string) => string;

/** Looks at an `Authorization` header: null when its bearer is welcome, else why not, in words for the client. */
export type Authorize = (header: string | undefined) => Promise<string | null>;

/** RFC 7518 section 3.2: a key for HS256 has at least as many bits as its hash. */
const SHORTEST_SECRET_BYTES = 32;

/** Reads what the check needs from files, whose paths `find` makes absolute. Throws DoorRefused when it cannot be had. */
export async function openAuthorizer(auth: WebSocketAuth, find: Find): Promise<Authorize> {
  const isGood = auth.type === 'capabilityToken' ? await capabilityCheck(auth, find) : await signatureCheck(auth, find);
  return async (header) => {
    if (header === undefined) return 'missing websocket bearer token';
    const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
    return token === undefined ? 'invalid authorization header' : await isGood(token);
  };
}

type TokenCheck = (token: string) => Promise<string | null>;

async function capabilityCheck({ token }: CapabilityToken, find: Find): Promise<TokenCheck> {
  const expected =
    'sha256' in token
      ? Buffer.from(token.sha256, 'hex')
      : digest(await readSecret(find(token.file), '--ws-token-file'));
  // Digests are compared, so that neither the time nor the length tells anything of the token.
  return async (given) => (timingSafeEqual(digest(given), expected) ? null : 'invalid websocket bearer token');
}

async function signatureCheck(auth: SignedBearerToken, find: Find): Promise<TokenCheck> {
  const secret = Buffer.from(await readSecret(find(auth.secretFile), '--ws-shared-secret-file'));
  if (secret.length < SHORTEST_SECRET_BYTES)
    throw new DoorRefused(
      `The shared secret in ${auth.secretFile} is too short: it needs at least ${SHORTEST_SECRET_BYTES} bytes.`,
    );
  const { errors, jwtVerify } = await import('jose');
  const options = {
    algorithms: ['HS256'],
    requiredClaims: ['exp'],
    clockTolerance: auth.maxClockSkewSeconds,
    ...(auth.issuer === null ? {} : { issuer: auth.issuer }),
    ...(auth.audience === null ? {} : { audience: auth.audience }),
  };
  return async (token) => {
    try {
      await jwtVerify(token, secret, options);
      return null;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired websocket jwt';
      if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error.claim);
      return 'invalid websocket jwt';
    }
  };
}

function claimFault(claim: string): string {
  if (claim === 'iss') return 'websocket jwt issuer mismatch';
  if (claim === 'aud') return 'websocket jwt audience mismatch';
  return claim === 'nbf' ? 'websocket jwt is not valid yet' : 'invalid websocket jwt';
}

async function readSecret(file: string, flag: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DoorRefused(`The file of ${flag} cannot be read: ${String(error)}`);
  });
  const secret = text.trim();
  if (secret === '') throw new DoorRefused(`The file of ${flag} is empty: ${file}`);
  return secret;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
