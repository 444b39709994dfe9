// The rules of the house that compilers and linters do not know, each as a function from a file's text to its faults.

/** One broken rule: which, and where (1-based line). */
export type Fault = { readonly rule: string; readonly line: number };

type SourceRule = {
  readonly rule: string;
  /** The files the rule holds for, by path relative to the repository. */
  readonly appliesTo: (path: string) => boolean;
  /** The 1-based lines that break it. */
  readonly find: (lines: readonly string[], path: string) => number[];
};

const MAX_LINES = 400;
const TIRED_NOUN = '(?:Manager|Helpers?|Utils?|Service|Impl)';
const TIRED_CLASS = `(?:${TIRED_NOUN}|Common|Base)`;

const everywhere = () => true;
const inside = (prefix: RegExp) => (path: string) => prefix.test(path);

const linesMatching = (pattern: RegExp) => (lines: readonly string[]) =>
  lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));

export const sourceRules: readonly SourceRule[] = [
  { rule: 'header-sentence', appliesTo: everywhere, find: (lines) => (hasHeaderSentence(lines) ? [] : [1]) },
  {
    rule: 'file-too-long',
    appliesTo: everywhere,
    // the last element is what follows the final line feed
    find: (lines) => (lines.length - 1 > MAX_LINES ? [MAX_LINES + 1] : []),
  },
  { rule: 'barrel-file', appliesTo: everywhere, find: findBarrel },
  // the namespace lets a bundler drop what is not used; `{ z }` brings the messages of fifty languages
  { rule: 'zod-as-namespace', appliesTo: everywhere, find: linesMatching(/^import \{[^}]*\bz\b[^}]*\} from 'zod'/) },
  { rule: 'silent-catch', appliesTo: everywhere, find: findSilentCatches },
  {
    rule: 'tired-name',
    appliesTo: everywhere,
    find: linesMatching(
      new RegExp(
        `\\b(?:class\\s+\\w*[a-z]${TIRED_CLASS}|(?:interface|type|const|function)\\s+\\w*[a-z]${TIRED_NOUN})\\b`,
      ),
    ),
  },
  {
    rule: 'tired-file-name',
    appliesTo: everywhere,
    find: (_lines, path) => (new RegExp(`/(?:\\w*[a-z]${TIRED_NOUN}|utils?|helpers?)\\.tsx?$`).test(path) ? [1] : []),
  },
  { rule: 'i-prefix', appliesTo: everywhere, find: linesMatching(/\b(?:class|interface|type)\s+I[A-Z][a-z]\w*/) },
  {
    rule: 'stdout-belongs-to-the-protocol',
    appliesTo: (path) => path.startsWith('server/') && !/^server\/(?:doors\/|main\.ts|cli\.ts)/.test(path),
    find: linesMatching(/\bprocess\.stdout\b/),
  },
  {
    rule: 'reducer-is-pure',
    appliesTo: inside(/^server\/protocol\/state\//),
    find: linesMatching(/\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|^\s*throw\b|\brandomUUID\b/),
  },
  {
    rule: 'test-waits-for-time',
    appliesTo: inside(/^test\/(?!bench\/|support\/)/),
    // a comment on the line may say why there is no event to wait for
    find: (lines) =>
      linesMatching(/\bawait (?:delay|sleep|wait)\(\d|\bnew Promise\b.*=> setTimeout\(/)(lines).filter(
        (line) => !/\/\/ /.test(lines[line - 1] ?? ''),
      ),
  },
];

/** All faults of one file. */
export function findSourceFaults(path: string, text: string): Fault[] {
  const lines = text.split('\n');
  return sourceRules
    .filter(({ appliesTo }) => appliesTo(path))
    .flatMap(({ rule, find }) => find(lines, path).map((line) => ({ rule, line })));
}

function hasHeaderSentence(lines: readonly string[]): boolean {
  const first = lines[0]?.startsWith('#!') ? 1 : 0;
  const comment: string[] = [];
  for (const line of lines.slice(first)) {
    if (!/^\s*(?:\/\/|\/\*|\*)/.test(line)) break;
    comment.push(line.replace(/^\s*(?:\/\/|\/\*\*?|\*)\s?/, ''));
  }
  return /^[A-Z"'`<@].{8,}[.:)]/s.test(comment.join(' ').trim());
}

/** A file whose every statement hands on what another file exports. */
function findBarrel(lines: readonly string[]): number[] {
  const star = linesMatching(/^export \* /)(lines);
  if (star.length > 0) return star;
  const code = lines.filter((line) => line.trim() !== '' && !/^\s*(?:\/\/|\/\*|\*)/.test(line)).join(' ');
  return /^(?:\s*export (?:type )?\{[^}]*\} from '[^']+';)+\s*$/.test(code) ? [1] : [];
}

/** A `catch` that drops its error has a comment, on its line or beside it, that says why. */
function findSilentCatches(lines: readonly string[]): number[] {
  const drops = /\bcatch \{|\.catch\(\(\) => (?:\{\s*\}|undefined|null)\)/;
  return linesMatching(drops)(lines).filter((line) => {
    const near = [lines[line - 2], lines[line - 1], lines[line]].join('\n');
    return !/\/\/ |\/\* /.test(near);
  });
}
