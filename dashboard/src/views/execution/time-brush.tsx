/** All of the time in small: what is dragged over is shown in large; buttons and keys do the same. */
import { useRef, useState } from "preact/hooks";
import { durationText } from "../../parts/time-text.ts";
import { brushed, moved, type TimeWindow, WHOLE, zoomed } from "./time-window.ts";
import type { TimelineRow } from "./timeline.ts";

interface TimeBrushProps {
  readonly span: readonly [from: number, until: number];
  readonly window: TimeWindow;
  readonly rows: readonly TimelineRow[];
  readonly onChange: (window: TimeWindow) => void;
}

const MOST_LINES = 60;

export function TimeBrush({ span, window, rows, onChange }: TimeBrushProps) {
  const length = span[1] - span[0];
  const strip = useRef<HTMLDivElement>(null);
  const [begun, setBegun] = useState<number>();
  const at = (event: PointerEvent): number => {
    const { left, width } = strip.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    strip.current?.setPointerCapture(event.pointerId);
    setBegun(at(event));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (begun !== undefined && Math.abs(at(event) - begun) > 0.005) onChange(brushed(begun, at(event)));
  };
  const onPointerUp = (event: PointerEvent) => {
    // A click without a drag shows all again.
    if (begun !== undefined && Math.abs(at(event) - begun) <= 0.005) onChange(WHOLE);
    setBegun(undefined);
  };
  const buttons: readonly (readonly [label: string, act: () => TimeWindow])[] = [
    ["Closer", () => zoomed(window, 1.5)],
    ["Farther", () => zoomed(window, 1 / 1.5)],
    ["Earlier", () => moved(window, -0.4)],
    ["Later", () => moved(window, 0.4)],
    ["All of it", () => WHOLE],
  ];
  return (
    <div class="brush">
      <div
        class="brush-strip"
        ref={strip}
        aria-hidden="true"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
      >
        {rows.slice(0, MOST_LINES).map(({ key, from, until, status }, index) => (
          <span
            key={key}
            class={`brush-line bar-is-${status.replace(" ", "-")}`}
            style={{
              left: `${((from - span[0]) / length) * 100}%`,
              width: `${((until - from) / length) * 100}%`,
              top: `${(index / Math.min(MOST_LINES, rows.length)) * 90 + 5}%`,
            }}
          />
        ))}
        <span
          class="brush-window"
          style={{ left: `${window.from * 100}%`, width: `${(window.until - window.from) * 100}%` }}
        />
      </div>
      <div class="brush-buttons">
        {buttons.map(([label, act]) => (
          <button key={label} type="button" class="button small" onClick={() => onChange(act())}>
            {label}
          </button>
        ))}
        <span class="faint" role="status">
          {durationText(window.from * length)} to {durationText(window.until * length)} of {durationText(length)}
        </span>
      </div>
    </div>
  );
}
