/** The newest outcomes of something as a row of ticks, small enough for a table. */
import "./charts.css";
import { markClass } from "./mark-icon.tsx";
import { type StripOutcome, stripText, stripTicks } from "./strip-ticks.ts";

const STEP = 5;
const HALF = 13;

/** `most`: how many have room; with fewer, the strip begins with a gap, so that the newest are below each other in a table. */
export function Strip({ outcomes, most = 30 }: { readonly outcomes: readonly StripOutcome[]; readonly most?: number }) {
  const ticks = stripTicks(outcomes.slice(-most));
  const width = most * STEP;
  const first = most - ticks.length;
  return (
    <svg class="strip" width={width} height={2 * HALF} viewBox={`0 0 ${width} ${2 * HALF}`} role="img">
      <title>{stripText(outcomes.slice(-most))}</title>
      <path class="base" d={`M0 ${HALF}H${width}`} />
      {ticks.map(({ mark, length, stands }, index) => {
        const height = length * (HALF - 1);
        return (
          <rect
            // Ticks have no names: what was the third newest is the fourth after the next.
            key={first + index}
            class={markClass(mark)}
            x={(first + index) * STEP + 1}
            y={stands ? HALF - height : HALF}
            width={STEP - 2}
            height={height}
            fill="currentColor"
          />
        );
      })}
    </svg>
  );
}
