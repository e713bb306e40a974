/** A list of any number of rows of which only those on the screen are drawn. Rows may be of any height. */
import type { ComponentChildren, HTMLAttributes, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { makeOffsets, type Offsets } from "./offsets.ts";
import { type ScrollScale, scrollScale } from "./scroll-scale.ts";
import "./virtual-list.css";

export interface VirtualListHandle {
  /** Moves only as far as needed, or the row to the middle. */
  show(index: number, place?: "nearest" | "middle"): void;
  toEnd(): void;
  /** Rows on the screen, the first and the one after the last. */
  shown(): readonly [first: number, end: number];
}

export interface VirtualListProps {
  readonly count: number;
  /** Pixels that a row takes, most often. */
  readonly rowHeight: number;
  /** One element for each row. */
  readonly renderRow: (index: number) => ComponentChildren;
  /** When it changes, heights are measured anew: lines wrap now, or others are shown. */
  readonly layoutKey: string;
  readonly handle: RefObject<VirtualListHandle | null>;
  /** Stays at the end when rows are added. */
  readonly isFollowing?: boolean;
  /** After each scroll, whoever caused it. */
  readonly onScrolled?: (isAtEnd: boolean) => void;
  /** Of the element that scrolls: its role, its name, its keys. */
  readonly attributes?: HTMLAttributes<HTMLDivElement>;
}

interface Standing {
  readonly offsets: Offsets;
  scale: ScrollScale;
  screen: number;
}

export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, renderRow, layoutKey, handle, isFollowing = false, onScrolled, attributes } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const [, redraw] = useState(0);
  const standing = useStanding(count, rowHeight, layoutKey);
  const { offsets } = standing;

  const offset = standing.scale.toOffset(scroller.current?.scrollTop ?? 0);
  const first = offsets.indexAt(offset);
  const end = Math.min(count, offsets.indexAt(offset + standing.screen) + 2);
  const top = offsets.offsetOf(first) - offset;

  const scrollTo = (to: number) => {
    if (scroller.current) scroller.current.scrollTop = standing.scale.toScrollTop(to);
  };
  handle.current = {
    show(index, place = "nearest") {
      const [from, height] = [offsets.offsetOf(index), offsets.heightOf(index)];
      const now = standing.scale.toOffset(scroller.current?.scrollTop ?? 0);
      if (place === "middle") scrollTo(from - standing.screen / 2 + height / 2);
      else if (from < now) scrollTo(from);
      else if (from + height > now + standing.screen) scrollTo(from + height - standing.screen);
    },
    toEnd: () => scrollTo(offsets.offsetOf(count)),
    shown: () => [first, Math.max(first, end - 1)],
  };

  useScreen(scroller, standing, () => redraw((times) => times + 1));
  useScrolled(scroller, () => {
    const now = standing.scale.toOffset(scroller.current?.scrollTop ?? 0);
    onScrolled?.(now + standing.screen >= offsets.offsetOf(offsets.count()) - rowHeight);
    redraw((times) => times + 1);
  });

  // What was guessed is measured once it is drawn; what is seen stays where it is.
  useLayoutEffect(() => {
    const moved = measured(rows.current, first, offsets, offset);
    if (moved === undefined) return;
    standing.scale = scrollScale(offsets.offsetOf(count), standing.screen);
    if (isFollowing) scrollTo(offsets.offsetOf(count));
    else if (moved !== 0) scrollTo(offset + moved);
    redraw((times) => times + 1);
  });
  useLayoutEffect(() => {
    if (isFollowing) scrollTo(offsets.offsetOf(count));
  }, [isFollowing, count]);

  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, index) => renderRow(first + index));
  return (
    <div class="virtual" ref={scroller} {...attributes}>
      <div style={{ height: `${standing.scale.height}px` }} role="presentation">
        <div class="virtual-window" style={{ height: `${standing.screen}px` }} role="presentation">
          <div ref={rows} class="virtual-rows" style={{ transform: `translateY(${top}px)` }} role="presentation">
            {drawn}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Lives as long as the list; told of the number of rows before anything is drawn. */
function useStanding(count: number, rowHeight: number, layoutKey: string): Standing {
  const kept = useRef<(Standing & { layoutKey: string }) | undefined>(undefined);
  kept.current ??= { offsets: makeOffsets(rowHeight), scale: scrollScale(0, 0), screen: 0, layoutKey };
  const standing = kept.current;
  if (standing.layoutKey !== layoutKey) {
    standing.layoutKey = layoutKey;
    standing.offsets.reset(rowHeight);
  }
  if (standing.offsets.count() !== count) standing.offsets.resize(count);
  standing.scale = scrollScale(standing.offsets.offsetOf(count), standing.screen);
  return standing;
}

/** By how much what stands above the screen has grown; undefined where everything is as it was guessed. */
function measured(rows: HTMLElement | null, first: number, offsets: Offsets, offset: number): number | undefined {
  let moved = 0;
  let changed = false;
  let index = first;
  for (const row of rows?.children ?? []) {
    const before = offsets.heightOf(index);
    const isAbove = offsets.offsetOf(index) + before <= offset;
    if (offsets.measure(index, row.getBoundingClientRect().height)) {
      changed = true;
      if (isAbove) moved += offsets.heightOf(index) - before;
    }
    index += 1;
  }
  return changed ? moved : undefined;
}

function useScreen(scroller: RefObject<HTMLElement | null>, standing: Standing, redraw: () => void): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      if (standing.screen === element.clientHeight) return;
      standing.screen = element.clientHeight;
      redraw();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [scroller, standing]);
}

/** Once a frame at most, however many events there are. */
function useScrolled(scroller: RefObject<HTMLElement | null>, act: () => void): void {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => {
    const element = scroller.current;
    let frame = 0;
    const onScroll = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        newest.current();
      });
    };
    element?.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element?.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
}
