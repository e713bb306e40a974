/** How payloads ended over the window, as stacked bars and as a table that says the same. */
import type { Home } from "../../../../src/api/shapes/home.ts";
import { number } from "../../parts/action-text.ts";
import { markOf } from "../../parts/marks.ts";
import { Moment } from "../../parts/moment.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { ENDS, type Stack, segmentsOf, stacksOf } from "./stacks.ts";

const HEIGHT = 100;
const STEP = 10;

export function OverTime({ home }: { readonly home: Home }) {
  const stacks = stacksOf(home);
  const most = Math.max(0, ...stacks.map(({ all }) => all));
  const [first] = stacks;
  const last = stacks.at(-1);
  if (most === 0 || !first || !last) return null;
  return (
    <>
      <h2>Ended over time</h2>
      <figure class="over-time">
        <figcaption class="over-time-legend">
          {ENDS.map((state) => (
            <StateMark key={state} state={state} />
          ))}
          <span class="faint">at most {number(most)}</span>
        </figcaption>
        <Bars stacks={stacks} most={most} />
        <div class="over-time-axis faint">
          <Moment at={first.period} exact />
          <Moment at={last.period} exact />
        </div>
      </figure>
      <details class="over-time-table">
        <summary>As a table</summary>
        <Table
          caption="How many payloads ended in each state over time, the newest first"
          columns={COLUMNS}
          rows={stacks.filter(({ all }) => all > 0).toReversed()}
          rowKey={({ period }) => period}
        />
      </details>
    </>
  );
}

function Bars({ stacks, most }: { readonly stacks: readonly Stack[]; readonly most: number }) {
  return (
    <svg
      class="over-time-bars"
      viewBox={`0 0 ${stacks.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="How payloads ended over time; the table below says the same"
    >
      {stacks.map((stack, index) =>
        segmentsOf(stack, most).map(({ state, from, to }) => (
          <rect
            key={`${stack.period} ${state}`}
            class={`mark-${markOf(state).tone}`}
            x={index * STEP + 1}
            width={STEP - 2}
            y={HEIGHT * (1 - to)}
            height={HEIGHT * (to - from)}
            fill="currentColor"
          >
            <title>{`${number(stack.counts[state] ?? 0)} ${state}`}</title>
          </rect>
        )),
      )}
    </svg>
  );
}

const COLUMNS: readonly Column<Stack>[] = [
  { key: "period", header: "From", isName: true, cell: ({ period }) => <Moment at={period} exact /> },
  ...ENDS.map(
    (state): Column<Stack> => ({
      key: state,
      header: <StateMark state={state} />,
      kind: "number",
      cell: ({ counts }) => number(counts[state] ?? 0),
    }),
  ),
];
