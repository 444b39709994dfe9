// Ranks file paths against what was typed: the letters must occur in order, and the better they fit the name the higher.

export interface RankedFile {
  /** Relative to its workspace folder, with forward slashes. */
  readonly relativePath: string;
}

/**
 * The files that fit the query, best first, at most `limit`. An empty query fits all, in the given order. `recent` files
 * (open in an editor) win over others that fit as well.
 */
export function rankFiles<F extends RankedFile>(files: readonly F[], query: string, limit: number): F[] {
  const wanted = query.toLowerCase().replaceAll('\\', '/');
  if (wanted === '') return files.slice(0, limit);
  return files
    .map((file, index) => ({ file, index, score: scoreOf(file.relativePath.toLowerCase(), wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, limit)
    .map(({ file }) => file);
}

/** 0: does not fit. Both in lower case. */
export function scoreOf(path: string, query: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const brevity = 1 / (1 + path.length);
  if (name === query) return 6 + brevity;
  if (name.startsWith(query)) return 5 + brevity;
  if (name.includes(query)) return 4 + brevity;
  if (path.includes(query)) return 3 + brevity;
  const inName = runsOf(name, query);
  if (inName > 0) return 2 + 1 / (1 + inName);
  const inPath = runsOf(path, query);
  return inPath > 0 ? 1 / (1 + inPath) : 0;
}

/** In how many runs of adjacent letters the query occurs in the text, in order; 0 if it does not. */
function runsOf(text: string, query: string): number {
  let runs = 0;
  let at = -2;
  for (const letter of query) {
    const adjacent = text[at + 1] === letter ? at + 1 : -1;
    const found = adjacent >= 0 ? adjacent : text.indexOf(letter, Math.max(0, at + 1));
    if (found < 0) return 0;
    if (found !== at + 1) runs += 1;
    at = found;
  }
  return runs;
}
