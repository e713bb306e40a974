/** Workflows by state: how many are in each, how many came into it, and whether that is more than before. */
import { number } from "../../parts/action-text.ts";
import { markOf } from "../../parts/marks.ts";
import { Sparkline } from "../../parts/sparkline.tsx";
import { StateMark } from "../../parts/state-mark.tsx";
import { href } from "../../routes.ts";
import {
  type Cell,
  cellsOf,
  deltaText,
  type MatrixRow,
  statesOf,
  totalOf,
  WINDOW_TEXT,
  type Window,
} from "./home-figures.ts";

interface MatrixProps {
  readonly rows: readonly MatrixRow[];
  readonly window: Window;
}

export function Matrix({ rows, window }: MatrixProps) {
  const states = statesOf(rows);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-frame" aria-label="Payloads of each workflow by state" tabIndex={0}>
      <table class="table matrix">
        <caption class="unseen">
          Payloads of each workflow by state: how many are in it now, and how many came into it in the last{" "}
          {WINDOW_TEXT[window]}, compared with the time before
        </caption>
        <thead>
          <tr>
            <th scope="col">Workflow</th>
            {states.map((state) => (
              <th key={state} scope="col" class="number">
                <StateMark state={state} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.workflow}>
              <th scope="row">
                <a href={href.workflow(row.workflow)}>{row.workflow}</a>
              </th>
              {cellsOf(row, states).map((cell) => (
                <MatrixCell key={cell.state} cell={cell} workflow={row.workflow} window={window} />
              ))}
            </tr>
          ))}
        </tbody>
        {rows.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">All</th>
              {cellsOf(totalOf(rows), states).map((cell) => (
                <MatrixCell key={cell.state} cell={cell} workflow={undefined} window={window} />
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

interface MatrixCellProps {
  readonly cell: Cell;
  readonly workflow: string | undefined;
  readonly window: Window;
}

function MatrixCell({ cell, workflow, window }: MatrixCellProps) {
  const { state, now, came, more, series } = cell;
  // What came into these states has left them since: the list is of everything that moved.
  const isPassed = state === "WAITING" || state === "CLAIMED" || state === "PROCESSING";
  const isWorse = more > 0 && (state === "FAILED" || state === "INVALID");
  if (now === 0 && came === 0) return <td class="number faint">0</td>;
  return (
    <td class="number">
      <div>
        <a
          class="matrix-now"
          href={href.payloads({ workflow, state })}
          aria-label={`${number(now)} ${state}${workflow === undefined ? "" : ` in ${workflow}`}`}
        >
          {number(now)}
        </a>
      </div>
      <div class="matrix-window">
        <Sparkline values={series} tone={markOf(state).tone} />
        <a
          href={href.payloads({ workflow, ...(!isPassed && { state }), since: window })}
          title={`${number(came)} came into ${state} in the last ${WINDOW_TEXT[window]}; ${deltaText(more)} against the time before`}
          aria-label={`${number(came)} came into ${state} in the last ${WINDOW_TEXT[window]}, ${deltaText(more)} against the time before`}
        >
          {number(came)}
        </a>
        <span class={isWorse ? "mark-bad" : "faint"} aria-hidden="true">
          {isWorse && "▲"}
          {deltaText(more)}
        </span>
      </div>
    </td>
  );
}
