// Reads a shell script: walks everything that `unbash` found in it, nested scripts and wrapped commands included.
import {
  forEachChild,
  parse,
  type Command,
  type Redirection as RedirectionNode,
  type SyntaxNode,
  type Word,
} from 'unbash';
import { hiddenCharacter } from './hiddenCharacters.ts';
import { runByCode } from './codeScripts.ts';
import { obstacleIn } from './obstacles.ts';
import { pathOf, valueOf, type Place } from './place.ts';
import type { Redirection, ShellCommand, ShellScript } from './shellScript.ts';
import { textsRead } from './textsRead.ts';
import { folderGiven, readsScript, unwrap, type Wrapped } from './unwrap.ts';
import { assignedWord, literalWord, shellWord, type ShellWord } from './word.ts';

/** A longer script is not parsed, and a script with more commands is not looked at further: nothing is concluded from either. */
const LONGEST_SCRIPT = 200_000;
const MOST_COMMANDS = 1_000;
const MOST_WORDS = 10_000;
const MOST_VARIABLES = 200;
/** Scripts in scripts, and nodes in nodes. */
const DEEPEST_SCRIPT = 12;
const DEEPEST_NODE = 400;
/** The parser takes its time for many openings that are never closed. */
const MOST_OPENINGS = 500;
/** A comment to the parser, which forgets the parenthesis; the beginning of a pattern to zsh, which runs what follows. */
const OPENS_WITH_HASH = /\([ \t]*#/;
/** A longer script is never a simple one: nobody reads it in a prompt. */
const LONGEST_SIMPLE = 10_000;

export interface ScriptStart {
  /** Absolute. */
  readonly folder: string;
  readonly home: string;
}

export function readScript(text: string, { folder, home }: ScriptStart): ShellScript {
  if (text.length > LONGEST_SCRIPT)
    return { text, commands: [], obstacle: 'It is too long to be looked through.', isUnread: true };
  const reader = new ScriptReader();
  reader.start(text, {
    folder: { path: folder, isCertain: true, fallback: null, before: [] },
    home,
    upstream: [],
    functions: [],
    isParallel: false,
    wrapper: null,
    depth: 0,
  });
  const hidden = hiddenCharacter(text);
  const obstacle = hidden ?? (text.length > LONGEST_SIMPLE ? 'It is very long.' : reader.obstacle);
  return { text, commands: reader.commands, obstacle, isUnread: reader.isExhausted };
}

/** Where a shell stands. See {@link Place}. */
interface Folder {
  path: string | null;
  isCertain: boolean;
  fallback: string | null;
  before: (string | null)[];
}

/** What holds around a node. The folder is shared by what runs in the same shell. */
interface Scope {
  readonly folder: Folder;
  readonly home: string;
  readonly upstream: readonly ShellCommand[];
  readonly functions: readonly string[];
  readonly isParallel: boolean;
  readonly wrapper: ShellCommand | null;
  readonly depth: number;
}

class ScriptReader {
  readonly commands: ShellCommand[] = [];
  obstacle: string | null = null;
  isExhausted = false;
  readonly #variables = new Map<string, ShellWord | null>();
  /** `set -e` */
  #stopsAtFaults = false;
  #text = '';
  /** How many nodes deep the reader is. */
  #nodes = 0;
  #words = 0;

  /** Reads a whole script; what is too deep for the stack counts as not looked through. */
  start(text: string, scope: Scope): void {
    try {
      this.read(text, scope);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#exhaust();
    }
  }

  read(text: string, scope: Scope): void {
    if (scope.depth > DEEPEST_SCRIPT || isTooNested(text)) return this.#exhaust();
    const outer = this.#text;
    this.#text = text;
    const script = parse(text);
    this.#visit(script, scope);
    // what a wrong turn of the parser has swallowed is looked for line by line
    const isOdd = OPENS_WITH_HASH.test(text);
    if (isOdd) this.obstacle ??= 'It cannot be read as a shell script.';
    if ((isOdd || script.errors !== undefined) && scope.depth < 2) this.#readPieces(text, scope);
    this.#text = outer;
  }

  #readPieces(text: string, scope: Scope): void {
    const pieces = text.split(/[\n;|&]+/).filter((piece) => piece.trim() !== '');
    if (pieces.length < 2 || pieces.length > 500) return;
    for (const piece of pieces) this.#visit(parse(piece), { ...scope, depth: scope.depth + 1 });
  }

  #visit(node: SyntaxNode, scope: Scope): void {
    if (this.isExhausted) return;
    if (this.#nodes >= DEEPEST_NODE) return this.#exhaust();
    this.#nodes += 1;
    this.#look(node, scope);
    this.#nodes -= 1;
  }

  #look(node: SyntaxNode, scope: Scope): void {
    this.obstacle ??= obstacleIn(node);
    switch (node.type) {
      case 'Command':
        return this.#command(node, scope);
      case 'Pipeline':
        return this.#pipeline(node.commands, scope);
      case 'AndOr':
        return this.#chain(node.commands, node.operators, scope);
      case 'Statement':
        return this.#visit(node.command, node.background === true ? parallel(scope) : scope);
      case 'Redirected':
        this.#compound([], node.redirects, scope);
        return this.#children(node, scope);
      case 'For':
      case 'Select':
        this.#compound(node.wordlist ?? [], [], scope);
        this.#assign(node.name.text, anyOf(node.wordlist ?? []));
        return this.#children(node, scope);
      case 'Function':
        return this.#visit(node.body, { ...scope, functions: [...scope.functions, node.name.text] });
      case 'Assignment':
        this.#assign(node.name, node.value.type === 'Word' ? shellWord(node.value) : null);
        return this.#children(node, scope);
      case 'Subshell':
      case 'CommandExpansion':
      case 'ProcessSubstitution':
      case 'ArithmeticCommandExpansion':
        return this.#children(node, ownFolder(scope));
      default:
        return this.#children(node, scope);
    }
  }

  #children(node: SyntaxNode, scope: Scope): void {
    forEachChild(node, (child) => this.#visit(child, scope));
  }

  /** Behind `&&` what stands before it has not failed, and behind `|| exit` nothing has. */
  #chain(parts: readonly SyntaxNode[], operators: readonly string[], scope: Scope): void {
    const { folder } = scope;
    const { path: before, fallback } = folder;
    let isEnded = false;
    for (const [index, part] of parts.entries()) {
      if (operators[index - 1] === '&&') folder.fallback = fallback;
      if (operators[index - 1] === '||') isEnded ||= endsScript(part);
      // what was just made can be entered
      isEnded ||= part.type === 'Command' && part.name?.text === 'mkdir';
      this.#visit(part, scope);
    }
    folder.fallback = isEnded || folder.path === before || this.#stopsAtFaults ? fallback : before;
  }

  /** Each part runs in a shell of its own and reads what all parts before it have written. */
  #pipeline(parts: readonly SyntaxNode[], scope: Scope): void {
    let { upstream } = scope;
    for (const part of parts) {
      const from = this.commands.length;
      const own = parts.length > 1 ? parallel(ownFolder(scope)) : scope;
      this.#visit(part, { ...own, upstream });
      upstream = [...upstream, ...this.commands.slice(from)];
    }
  }

  #command(node: Command, scope: Scope): void {
    const from = this.commands.length;
    // what stands in its words runs before it, and reads nothing of its pipe
    this.#children(node, { ...scope, upstream: [] });
    const nested = this.commands.slice(from);
    const words = [...(node.name === undefined ? [] : [node.name]), ...node.args].map((word) =>
      word.type === 'Word' ? shellWord(word) : assignedWord(word),
    );
    this.#add(
      {
        words,
        redirections: node.redirects.map(redirectionOf),
        input: inputOf(node.redirects),
        nested,
        hasHiddenArguments: false,
      },
      scope,
    );
  }

  /** What a loop or a group names itself, as a command that is no program: nothing that is safe has any of it. */
  #compound(wordlist: readonly Word[], redirects: readonly RedirectionNode[], scope: Scope): void {
    const isNaming = wordlist.length > 0 || redirects.some((node) => obstacleIn(node) !== null);
    if (!isNaming) return;
    const words = wordlist.length === 0 ? [] : [literalWord('for'), ...wordlist.map(shellWord)];
    const redirections = redirects.map(redirectionOf);
    this.#add({ words, redirections, input: null, nested: [], hasHiddenArguments: false }, scope);
  }

  #add(
    own: Pick<ShellCommand, 'words' | 'redirections' | 'input' | 'nested' | 'hasHiddenArguments'>,
    scope: Scope,
  ): void {
    this.#words += own.words.length;
    if (this.commands.length >= MOST_COMMANDS || this.#words > MOST_WORDS) return this.#exhaust();
    const { upstream, functions, isParallel, wrapper, folder, home } = scope;
    const { path, isCertain, fallback } = folder;
    const place: Place = { folder: path, isCertain, fallback, home, variables: this.#variables };
    const command: ShellCommand = { ...own, upstream, functions, isParallel, wrapper, place };
    this.commands.push(command);
    changeFolder(command, folder);
    this.#stopsAtFaults ||= isStrict(command);
    if (this.#stopsAtFaults) folder.fallback = null;
    const inner: Scope = { ...scope, ...insideOf(command), wrapper: command, depth: scope.depth + 1 };
    if (readsScript(own.words))
      for (const text of textsRead(command)) this.read(text, ownFolder({ ...inner, upstream: [] }));
    const words = own.words.map((word) => known(word, place));
    for (const wrapped of [...hiddenInVariable(command), ...unwrap(words), ...runByCode(words, own.input)]) {
      if (wrapped.type === 'script') this.read(wrapped.text, ownFolder(inner));
      else if (inner.depth > DEEPEST_SCRIPT) this.#exhaust();
      else
        this.#add(
          {
            ...own,
            words: wrapped.words,
            redirections: [],
            hasHiddenArguments: own.hasHiddenArguments || wrapped.hasHiddenArguments,
          },
          inner,
        );
    }
  }

  /** A variable is known when the script sets it in one place and nothing else names it without reading it. */
  #assign(name: string, value: ShellWord | null): void {
    if (this.#variables.size >= MOST_VARIABLES) return this.#exhaust();
    if (this.#variables.has(name) || !/^\w+$/.test(name)) {
      this.#variables.set(name, null);
      return;
    }
    const isNamedOnce = this.#text.match(new RegExp(`(?<![$\\w{./-])${name}(?!\\w)`, 'g'))?.length === 1;
    this.#variables.set(name, isNamedOnce ? value : null);
  }

  #exhaust(): void {
    this.isExhausted = true;
    this.obstacle ??= 'It is too long or too deeply nested to be looked through.';
  }
}

function isTooNested(text: string): boolean {
  return (text.match(/[$<>=(`[]\(|\$[{[]|`|\[\[|\{\s|\(\s/g)?.length ?? 0) > MOST_OPENINGS;
}

/** A word whose variables are known is what they say. */
function known(word: ShellWord, place: Place): ShellWord {
  const isOpen = !word.isLiteral && word.pieces.every(({ kind }) => kind === 'text' || kind === 'variable');
  const value = isOpen ? valueOf(word, place) : null;
  return value === null ? word : literalWord(value);
}

/** `x='rm -rf'; $x /` */
function hiddenInVariable({ words: [name, ...args], place }: ShellCommand): readonly Wrapped[] {
  if (name === undefined || name.isLiteral) return [];
  const program = known(name, place);
  if (!program.isLiteral) return [];
  const words = program.text.split(/\s+/).filter((word) => word !== '');
  return [{ type: 'words', words: [...words.map(literalWord), ...args], hasHiddenArguments: false }];
}

function insideOf({ words, place }: ShellCommand): Partial<Pick<Scope, 'folder'>> {
  const folder = folderGiven(words);
  return folder === null
    ? {}
    : { folder: { path: pathOf(folder, place), isCertain: false, fallback: null, before: [] } };
}

/** What a loop's variable is, as one word: for names below the folder alone, and null for all else. */
function anyOf(wordlist: readonly Word[]): ShellWord | null {
  const texts = wordlist.map((word) => shellWord(word).text);
  if (texts.length === 0 || !texts.every((text) => /^(?:\w[\w.@-]*|\*)(?:\/(?:\w[\w.@-]*|\*))*\/?$/.test(text)))
    return null;
  const text = texts.length === 1 ? texts.join('') : `{${texts.join(',')}}`;
  return { pieces: [{ kind: 'braces', text }], text, isLiteral: false, isObscure: false };
}

function endsScript(node: SyntaxNode): boolean {
  if (node.type === 'BraceGroup') return node.body.commands.some(({ command }) => endsScript(command));
  return node.type === 'Command' && /^(?:exit|return|break|continue|die|fail)$/.test(node.name?.text ?? '');
}

function isStrict({ words: [name, ...args] }: ShellCommand): boolean {
  return name?.text === 'set' && args.some(({ text }) => /^-\w*e|^errexit$/.test(text));
}

function parallel(scope: Scope): Scope {
  return { ...scope, isParallel: true };
}

function ownFolder(scope: Scope): Scope {
  return { ...scope, folder: { ...scope.folder, before: [...scope.folder.before] } };
}

function changeFolder({ words: [name, ...args], place }: ShellCommand, folder: Scope['folder']): void {
  const target = args.find(({ text }) => !/^-[LPe@]+$|^--$/.test(text));
  const physically = args.some(({ text }) => /^-[LPe@]*P/.test(text));
  switch (name?.text) {
    case 'cd':
    case 'chdir':
      folder.fallback = folder.path;
      if (target === undefined) folder.path = place.home;
      else folder.path = target.text === '-' ? null : pathOf(target, place);
      folder.isCertain = target?.text.replace(/(?<=.)\/+$/, '') === folder.path && !physically;
      return;
    case 'pushd':
      folder.isCertain = false;
      folder.fallback = folder.path;
      folder.before.push(folder.path);
      folder.path = target === undefined ? null : pathOf(target, place);
      return;
    case 'popd':
      folder.isCertain = false;
      folder.path = folder.before.pop() ?? null;
      return;
    default:
  }
}

function redirectionOf(node: RedirectionNode): Redirection {
  const target = node.type === 'HereDoc' || node.target === undefined ? null : shellWord(node.target);
  return { operator: node.operator, target };
}

function inputOf(nodes: readonly RedirectionNode[]): string | null {
  const texts = nodes.flatMap((node) => {
    if (node.type === 'HereDoc') return [node.body.text];
    return node.type === 'HereString' && node.target !== undefined ? [shellWord(node.target).text] : [];
  });
  return texts.length === 0 ? null : texts.join('\n');
}
