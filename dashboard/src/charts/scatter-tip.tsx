/** What a point of a duration graph is: beside it while the pointer or the keys are on it; the pointer may go into it. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { announce } from "../parts/announce.ts";
import { usePreferences } from "../parts/preferences.ts";
import { momentText } from "../parts/time-text.ts";
import { ChartMark } from "./mark-icon.tsx";
import { pointText, REACH, type ScatterPoint } from "./scatter-points.ts";

/** So far away that the pointer that brought it is not under it, nor is a stroke that begins there. */
const GAP = REACH + 2;
const QUIET_MS = 200;

interface ScatterTipProps {
  readonly point: ScatterPoint;
  readonly place: readonly [x: number, y: number];
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly onDismiss: () => void;
}

export function ScatterTip({ point, place: [x, y], onEnter, onLeave, onDismiss }: ScatterTipProps) {
  const box = useRef<HTMLDivElement>(null);
  const { zone } = usePreferences();
  const started = momentText(point.startedAt, zone);
  useEffect(() => {
    // Whoever runs over many points wants to hear of the one where it ends.
    const timer = setTimeout(() => announce(`${point.title}: ${pointText(point)}, started ${started}`), QUIET_MS);
    return () => clearTimeout(timer);
  }, [point, started]);
  const dismiss = useRef(onDismiss);
  dismiss.current = onDismiss;
  // Wherever the focus is: what the pointer brought must go without moving the pointer.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape") dismiss.current();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  // Beside the point, within the graph from left to right, below it where there is room above the graph's end.
  useLayoutEffect(() => {
    const tip = box.current;
    const room = tip?.parentElement?.clientWidth;
    if (!tip || room === undefined) return;
    tip.style.left = `${Math.max(0, Math.min(x - tip.offsetWidth / 2, room - tip.offsetWidth))}px`;
    tip.style.top = `${y < tip.offsetHeight + GAP ? y + GAP : y - tip.offsetHeight - GAP}px`;
  }, [x, y, point]);
  return (
    <div class="scatter-tip" ref={box} onPointerEnter={onEnter} onPointerLeave={onLeave}>
      <a href={point.href}>{point.title}</a>
      <div class="mark">
        <ChartMark mark={point.mark} /> {pointText(point)}
      </div>
      <dl>
        <dt>started</dt>
        <dd>{started}</dd>
        {point.facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </div>
  );
}
