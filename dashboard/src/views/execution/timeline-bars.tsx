/** One row a step: its name, and its bars within the part of the time that is shown. */
import { Duration } from "../../parts/duration.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { durationText } from "../../parts/time-text.ts";
import { marks, type TimeWindow } from "./time-window.ts";
import type { Segment, TimelineRow } from "./timeline.ts";
import { foldedText, segmentText } from "./timeline-text.ts";

interface TimelineBarsProps {
  readonly rows: readonly TimelineRow[];
  readonly span: readonly [from: number, until: number];
  readonly window: TimeWindow;
  /** Path of the chosen step. */
  readonly chosen: string | undefined;
  readonly opened: ReadonlySet<string>;
  readonly onChoose: (path: string) => void;
  readonly onOpen: (key: string) => void;
}

export function TimelineBars(props: TimelineBarsProps) {
  const { rows, span, window } = props;
  const length = span[1] - span[0];
  const share = (time: number) => ((time - span[0]) / length - window.from) / (window.until - window.from);
  return (
    <div class="timeline">
      <div class="timeline-axis" aria-hidden="true">
        {marks(length, window).map((ms) => (
          <span key={ms} style={{ left: percent(share(span[0] + ms)) }}>
            {durationText(ms)}
          </span>
        ))}
      </div>
      <ul class="timeline-rows">
        {rows.map((row) => (
          <Row key={row.key} row={row} share={share} {...props} />
        ))}
      </ul>
    </div>
  );
}

interface RowProps extends TimelineBarsProps {
  readonly row: TimelineRow;
  readonly share: (time: number) => number;
}

function Row({ row, share, chosen, opened, onChoose, onOpen }: RowProps) {
  const { key, label, depth, status, steps, folded, segments } = row;
  const isOpen = opened.has(key);
  const isChosen = folded === undefined && steps[0]?.path === chosen;
  const act = () => (folded ? onOpen(key) : onChoose(steps[0]?.path ?? ""));
  return (
    <li class={`timeline-row${isChosen ? " timeline-chosen" : ""}`}>
      <button
        type="button"
        class="timeline-name"
        style={{ paddingLeft: `${depth + 0.25}rem` }}
        aria-pressed={folded ? undefined : isChosen}
        aria-expanded={folded ? isOpen : undefined}
        onClick={act}
      >
        <StateMark state={status} iconOnly />
        <span class="timeline-label">
          {folded && (isOpen ? "▾ " : "▸ ")}
          {label}
        </span>
        {folded && <span class="faint"> {foldedText(folded)}</span>}
        <span class="timeline-duration">
          <Duration ms={row.until - row.from} />
        </span>
      </button>
      <div class="timeline-track" aria-hidden="true">
        {segments.map((segment) => (
          <Bar key={`${segment.kind} ${segment.from} ${segment.attempt}`} segment={segment} share={share} />
        ))}
        {folded &&
          steps
            .filter(isWrong)
            .slice(0, MOST_MARKS)
            .map(({ path, exitedAt, enteredAt }) => (
              <span
                key={path}
                class="timeline-failed"
                style={{ left: percent(share(Date.parse(exitedAt ?? enteredAt))) }}
              />
            ))}
      </div>
    </li>
  );
}

const MOST_MARKS = 200;

function isWrong({ status }: { readonly status: string }): boolean {
  return status === "failed" || status === "timed out";
}

function Bar({ segment, share }: { readonly segment: Segment; readonly share: (time: number) => number }) {
  const from = Math.max(0, share(segment.from));
  const until = Math.min(1, share(segment.until));
  if (until < 0 || from > 1) return null;
  return (
    <span
      class={`bar bar-${segment.kind} bar-is-${segment.status.replace(" ", "-")}`}
      style={{ left: percent(from), width: percent(Math.max(0, until - from)) }}
      title={segmentText(segment)}
    />
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
