// The conversation: only the rows in sight are drawn, the place is kept, and the end is followed.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import type { Row } from '../session/rows.ts';
import type { Session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { openTarget } from './openTarget.ts';
import { RowView } from './rowView.tsx';
import { stickToEnd, type StickToEnd } from './stickToEnd.ts';

/** How far from the top older turns are fetched. */
const NEAR_TOP_PX = 300;
const PLACE_DELAY_MS = 150;
/** Rows that are drawn beyond the edges, so that keyboard focus and quick scrolling find them. */
const BUFFER_PX = 600;

export function Transcript() {
  const session = useSession();
  const rows = session.rows.value;
  const threadId = session.composer.threadId.value;
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const { stick, isAway } = useStick(box, content);
  const isPrepended = usePrepended(rows);
  const { kept, focusedIn } = useKeptFocus(rows);

  useRestoredPlace(session, { rows, threadId, list, stick });
  useFollowOwnMessage(rows, stick);
  useWantedRow(session, { rows, list, stick });
  const savePlace = useSavedPlace(session, { rows, list, stick });

  const scrolled = (offset: number): void => {
    savePlace();
    if (offset < NEAR_TOP_PX && session.history.hasOlder.value && !session.history.isLoading.value && isAway)
      void session.history.loadOlder();
  };
  const render = useCallback((row: Row) => <RowView key={row.key} row={row} />, []);

  return (
    <div class="transcript">
      <div
        class="transcript-box"
        ref={box}
        tabindex={0}
        role="log"
        aria-live="off"
        aria-label={strings.transcriptLabel}
        onClick={(event) => openTarget(session, event)}
        onFocusIn={focusedIn}
      >
        <div class="transcript-content" ref={content}>
          <Virtualizer
            ref={list}
            scrollRef={box}
            data={rows}
            shift={isPrepended}
            bufferSize={BUFFER_PX}
            keepMounted={kept}
            onScroll={scrolled}
          >
            {render}
          </Virtualizer>
        </div>
      </div>
      {isAway && (
        <button type="button" class="jump" onClick={() => stick.current?.stick()}>
          <Icon name="arrow-down" /> {strings.jumpToLatest}
        </button>
      )}
    </div>
  );
}

type Element = { readonly current: HTMLElement | null };

function useStick(box: Element, content: Element) {
  const stick = useRef<StickToEnd | null>(null);
  const [isAway, setIsAway] = useState(false);
  useLayoutEffect(() => {
    if (box.current === null || content.current === null) return undefined;
    const made = stickToEnd({ box: box.current, content: content.current, changed: (isStuck) => setIsAway(!isStuck) });
    stick.current = made;
    return () => made.dispose();
  }, []);
  return { stick, isAway };
}

/** The row that had the focus last stays drawn: what is not drawn loses the focus, and cannot be given it back. */
function useKeptFocus(rows: readonly Row[]) {
  const [key, setKey] = useState<string | undefined>(undefined);
  const focusedIn = useCallback(({ target }: FocusEvent) => {
    if (target instanceof HTMLElement) setKey(target.closest<HTMLElement>('[data-row]')?.dataset['row']);
  }, []);
  const kept = useMemo(() => {
    const index = rows.findIndex((row) => row.key === key);
    return index < 0 ? [] : [index];
  }, [rows, key]);
  return { kept, focusedIn };
}

/** Whether these rows are the ones before with others put in front of them. */
function usePrepended(rows: readonly Row[]): boolean {
  const before = useRef<readonly Row[]>([]);
  const firstOf = (list: readonly Row[]) => list.find((row) => row.type !== 'older')?.key;
  const first = firstOf(before.current);
  const isPrepended = first !== undefined && firstOf(rows) !== first && rows.some((row) => row.key === first);
  useLayoutEffect(() => {
    before.current = rows;
  }, [rows]);
  return isPrepended;
}

interface Place {
  readonly rows: readonly Row[];
  readonly list: { readonly current: VirtualizerHandle | null };
  readonly stick: { readonly current: StickToEnd | null };
}

/** Goes to where the thread stood when the page was left, once its rows are there; to its end if nothing is known. */
function useRestoredPlace(
  session: Session,
  { rows, threadId, list, stick }: Place & { readonly threadId: string },
): void {
  const shown = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (!session.isLoaded.value || shown.current === threadId) return;
    const isRenamed = shown.current === '';
    shown.current = threadId;
    const place = session.local.current().place;
    const index = place.type === 'row' ? rows.findIndex((row) => row.key === place.key) : -1;
    if (isRenamed || place.type === 'end' || index < 0) return stick.current?.stick();
    stick.current?.release();
    list.current?.scrollToIndex(index, { align: 'start', offset: place.offset });
  }, [threadId, rows, session.isLoaded.value]);
}

/** Brings a row into sight that was asked for, and gives it the focus. */
function useWantedRow(session: Session, { rows, list, stick }: Place): void {
  const wanted = session.wanted.value;
  useEffect(() => {
    const index = wanted === null ? -1 : rows.findIndex((row) => row.key === wanted.key);
    if (wanted === null || index < 0) return;
    if (index < rows.length - 1) stick.current?.release();
    list.current?.scrollToIndex(index, { align: 'nearest' });
    return whenAtRest(wanted.key, pointOut);
  }, [wanted]);
}

/** Frames within which a row that was scrolled to comes to rest; and how long it has rested then. */
const MOST_FRAMES = 180;
const RESTED_FRAMES = 4;

/** On the way to a row its neighbours are measured, and it is moved and drawn anew. Answers how to stop waiting for its rest. */
function whenAtRest(key: string, then: (row: HTMLElement) => void): () => void {
  let [frames, rested, top] = [0, 0, Number.NaN];
  const look = (): void => {
    const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
    const now = row?.getBoundingClientRect().top ?? Number.NaN;
    rested = now === top ? rested + 1 : 0;
    top = now;
    if (row !== null && rested >= RESTED_FRAMES) return then(row);
    frames += 1;
    if (frames < MOST_FRAMES) frame = requestAnimationFrame(look);
  };
  let frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}

/** Gives the focus to the card of a request; any other row gets it itself, and is marked for a moment. */
function pointOut(row: HTMLElement): void {
  const card = row.querySelector<HTMLElement>('[data-approval], [data-question]');
  if (card !== null) return card.focus();
  row.tabIndex = -1;
  row.focus();
  row.classList.add('found');
  row.addEventListener('animationend', () => row.classList.remove('found'), { once: true });
}

/** Shows the user's own message when it is sent. */
function useFollowOwnMessage(rows: readonly Row[], stick: Place['stick']): void {
  const last = rows.at(-1);
  const sent = last?.type === 'outgoing' ? last.key : undefined;
  useLayoutEffect(() => {
    if (sent !== undefined) stick.current?.stick();
  }, [sent]);
}

/** Answers what to call on each scroll; the place is kept when scrolling pauses and when the page is left. */
function useSavedPlace(session: Session, place: Place): () => void {
  const latest = useRef(place);
  latest.current = place;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const save = useCallback(() => {
    timer.current = undefined;
    const { rows, list, stick } = latest.current;
    const handle = list.current;
    if (handle === null || !session.isLoaded.value || rows.length === 0) return;
    if (stick.current?.isStuck() !== false) return session.local.keep({ place: { type: 'end' } });
    const index = handle.findItemIndex(handle.scrollOffset);
    const key = rows[index]?.key;
    if (key !== undefined)
      session.local.keep({ place: { type: 'row', key, offset: handle.scrollOffset - handle.getItemOffset(index) } });
  }, [session]);
  useEffect(() => {
    const leave = (): void => {
      if (timer.current === undefined) return;
      clearTimeout(timer.current);
      save();
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      clearTimeout(timer.current);
    };
  }, [save]);
  return () => {
    timer.current ??= setTimeout(save, PLACE_DELAY_MS);
  };
}
