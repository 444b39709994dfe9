// A command's output as a terminal would show it: its colours, its end in sight while it runs.
import { memo } from 'preact/compat';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MaskedText } from '../parts/masked.tsx';
import { strings } from '../strings.ts';
import { parseAnsi, type Line, type Style } from './ansi.ts';

/** As much as is drawn at first; the rest is one click away. */
const SHOWN_LINES = 400;
const SHOWN_CHARACTERS = 200_000;
const NEAR_END_PX = 12;

export function Output({ text, isLive }: { text: string; isLive: boolean }) {
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole && !isLive ? text : tailOf(text);
  const lines = parseAnsi(shown);
  const cut = lines.slice(isWhole && !isLive ? 0 : -SHOWN_LINES);
  const isCut = shown.length < text.length || cut.length < lines.length;
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);

  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight;
  }, [shown]);

  return (
    <div class="output">
      {isCut && !isLive && (
        <div class="output-note">
          {strings.outputShortened(cut.length)}{' '}
          <button type="button" class="link-button" onClick={() => setIsWhole(true)}>
            {strings.showAllOutput}
          </button>
        </div>
      )}
      <pre
        ref={box}
        class="output-lines"
        tabindex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
        }}
      >
        {cut.map((line, index) => (
          <OutputLine key={index} line={line} />
        ))}
      </pre>
    </div>
  );
}

function tailOf(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  const from = text.indexOf('\n', text.length - SHOWN_CHARACTERS);
  return text.slice(from < 0 ? text.length - SHOWN_CHARACTERS : from + 1);
}

const OutputLine = memo(
  ({ line }: { line: Line }) => (
    <>
      {line.map(({ text, style }, index) => {
        const look = lookOf(style);
        return look === undefined ? (
          <MaskedText key={index} text={text} />
        ) : (
          <span key={index} {...look}>
            <MaskedText text={text} />
          </span>
        );
      })}
      {'\n'}
    </>
  ),
  (one, other) => isSameLine(one.line, other.line),
);

function isSameLine(one: Line, other: Line): boolean {
  return (
    one.length === other.length &&
    one.every((span, index) => span.text === other[index]?.text && isSameStyle(span.style, other[index].style))
  );
}

function isSameStyle(one: Style, other: Style): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Classes for the sixteen colours that follow the theme; the rest is set as it was asked for. */
function lookOf(style: Style): { class: string; style: { color?: string; backgroundColor?: string } } | undefined {
  const { color, background, inverse = false, ...weights } = style;
  const classes = Object.entries(weights).flatMap(([name, on]) => (on ? [`ansi-${name}`] : []));
  const front = inverse ? background : color;
  const back = inverse ? color : background;
  if (inverse) classes.push('ansi-inverse');
  if (front !== undefined && !front.startsWith('#')) classes.push(`ansi-fg-${front}`);
  if (back !== undefined && !back.startsWith('#')) classes.push(`ansi-bg-${back}`);
  const own = {
    ...(front?.startsWith('#') && { color: front }),
    ...(back?.startsWith('#') && { backgroundColor: back }),
  };
  return classes.length === 0 && Object.keys(own).length === 0 ? undefined : { class: classes.join(' '), style: own };
}
