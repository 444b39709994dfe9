// Finding files by a part of their path: once, or in a session that follows what the user types.
import { Reply } from '../../rpc/incoming.ts';
import { FileSearches } from '../fileSearches.ts';
import type { Handler } from '../requestContext.ts';

export const fuzzyFileSearch: Handler<'fuzzyFileSearch'> = async (context, { query, roots, cancellationToken }) => ({
  files: await FileSearches.of(context).search(query, roots, cancellationToken ?? null),
});

export const fuzzyFileSearchSessionStart: Handler<'fuzzyFileSearch/sessionStart'> = (context, { sessionId, roots }) => {
  const session = FileSearches.of(context).start(sessionId, roots);
  return Promise.resolve(new Reply({}, () => session.update('')));
};

export const fuzzyFileSearchSessionUpdate: Handler<'fuzzyFileSearch/sessionUpdate'> = (
  context,
  { sessionId, query },
) => {
  const session = FileSearches.of(context).need(sessionId);
  return Promise.resolve(new Reply({}, () => session.update(query)));
};

export const fuzzyFileSearchSessionStop: Handler<'fuzzyFileSearch/sessionStop'> = (context, { sessionId }) => {
  FileSearches.of(context).stop(sessionId);
  return Promise.resolve({});
};
