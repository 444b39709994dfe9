// The handshake.
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Handler } from '../requestContext.ts';

/** The protocol version that clients look for in the first word of the user agent. */
const PROTOCOL_VERSION = '0.169.0';

/** What may stand in an HTTP header, where the client's name will go. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What every client asks next, its threads, is answered before the configuration is looked through. */
const WARNINGS_AFTER_MS = 50;

export const initialize: Handler<'initialize'> = async ({ app, connection }, params) => {
  const { name, version } = params.clientInfo;
  if (!HEADER_VALUE.test(name)) {
    throw new ProtocolError('invalidRequest', `Invalid clientInfo.name: '${name}'. Must be a valid HTTP header value.`);
  }
  connection.initialize(params);
  const { os, family, arch } = app.platform;
  const result = {
    userAgent: `${name}/${PROTOCOL_VERSION} (${os}; ${arch}) bowline/${app.version} (${name}; ${version})`,
    codexHome: app.home,
    platformFamily: family,
    platformOs: os,
  };
  return new Reply(
    result,
    () =>
      void app.clock.after(WARNINGS_AFTER_MS, () => {
        app.configuration.warnings().then(
          (warnings) => warnings.forEach((warning) => connection.notify({ method: 'configWarning', params: warning })),
          (error: unknown) => app.log.error('The configuration could not be read.', { reason: String(error) }),
        );
      }),
  );
};
