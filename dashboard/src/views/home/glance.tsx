/** The figures that say at a glance whether somebody has to do something; each leads to where. */
import type { ComponentChildren } from "preact";
import type { Home } from "../../../../src/api/shapes/home.ts";
import { number } from "../../parts/action-text.ts";
import { Duration } from "../../parts/duration.tsx";
import { type Figure, Figures } from "../../parts/figures.tsx";
import type { Shape, Tone } from "../../parts/marks.ts";
import { MarkIcon } from "../../parts/state-mark.tsx";
import { durationText } from "../../parts/time-text.ts";
import { href } from "../../routes.ts";
import { runningIn } from "./home-figures.ts";

export function Glance({ home }: { readonly home: Home }) {
  return <Figures figures={[...payloadFigures(home), ...home.queues.map(queueFigure), ...otherFigures(home)]} />;
}

function payloadFigures(home: Home): readonly Figure[] {
  const { stuck, queues, rejected } = home;
  const dead = queues.reduce((sum, queue) => sum + queue.dead, 0);
  return [
    { name: "Running now", value: <a href={href.payloads({ state: "PROCESSING" })}>{number(runningIn(home))}</a> },
    {
      name: "Stuck",
      value: (
        <Alarm is={stuck.count > 0} shape="triangle">
          {stuck.count > 0 ? <a href="#stuck">{atLeast(stuck)}</a> : "0"}
        </Alarm>
      ),
      note: `not moved for ${durationText(stuck.stuckAfterMs)}`,
    },
    {
      name: "Dead letters",
      value: (
        <Alarm is={dead > 0} shape="cross">
          <a href={href.deadLetters()}>{number(dead)}</a>
        </Alarm>
      ),
      note: "given up",
    },
    {
      name: "Rejected",
      value: (
        <Alarm is={rejected.count > 0} shape="diamond" tone="odd">
          <a href={href.deadLetters({ tab: "rejected" })}>{atLeast(rejected)}</a>
        </Alarm>
      ),
      note: "could never run",
    },
  ];
}

function queueFigure({ queue, waiting, inFlight, oldestAgeMs }: Home["queues"][number]): Figure {
  return {
    name: `Queue ${queue}`,
    value: number(waiting),
    note: (
      <>
        {number(inFlight)} in hand
        {oldestAgeMs !== undefined && (
          <>
            , oldest <Duration ms={oldestAgeMs} />
          </>
        )}
      </>
    ),
  };
}

function otherFigures({ bulk, loops }: Home): readonly Figure[] {
  const figures: Figure[] = [];
  if (bulk) {
    const [only] = bulk.runs;
    const to = bulk.open === 1 && only !== undefined ? href.bulkRun(only) : href.bulk();
    figures.push({ name: "Bulk runs open", value: <a href={to}>{number(bulk.open)}</a> });
  }
  if (loops) {
    const { failing, broken, paused } = loops;
    const notes = [
      failing > 0 && `${failing} failing`,
      broken > 0 && `${broken} broken`,
      paused > 0 && `${paused} paused`,
    ].filter((note) => note !== false);
    figures.push({
      name: "Loops",
      value: (
        <Alarm is={failing + broken > 0} shape="cross">
          <a href={href.loops()}>{number(loops.loops)}</a>
        </Alarm>
      ),
      note: [`${loops.running} running`, ...notes].join(", "),
    });
  }
  return figures;
}

interface AlarmProps {
  readonly is: boolean;
  readonly shape: Shape;
  readonly tone?: Tone;
  readonly children: ComponentChildren;
}

function Alarm({ is, shape, tone = "bad", children }: AlarmProps) {
  if (!is) return <>{children}</>;
  return (
    <span class={`mark mark-${tone}`}>
      <MarkIcon shape={shape} />
      {children}
    </span>
  );
}

function atLeast({ count, atLeast: more }: { readonly count: number; readonly atLeast: boolean }): string {
  return more ? `${number(count)}+` : number(count);
}
