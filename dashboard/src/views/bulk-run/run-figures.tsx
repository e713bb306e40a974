/** The figures of a bulk run: how fast it goes, what remains, what it has cost, how long attempts took. */
import type { BulkRunView } from "../../../../src/api/shapes/bulk.ts";
import { type Figure, Figures } from "../../parts/figures.tsx";
import { Moment } from "../../parts/moment.tsx";
import { durationText } from "../../parts/time-text.ts";
import { costText, rateText, remainingText, shareText } from "../bulk/run-texts.ts";

export function RunFigures({ run }: { readonly run: BulkRunView }) {
  const { ended, entries, perHour, attempts, retries, sample } = run;
  const figures: readonly Figure[] = [
    {
      name: "Ended",
      value: `${ended.toLocaleString("en")} of ${entries.toLocaleString("en")}`,
      note: shareText(ended, entries),
    },
    {
      name: "Remains",
      value: <span class="figure-text">{remainingText(run)}</span>,
      note: run.finishedAt === undefined ? undefined : <Finished at={run.finishedAt} />,
    },
    ...(perHour === undefined ? [] : [{ name: "Rate", value: <span class="figure-text">{rateText(perHour)}</span> }]),
    {
      name: "Attempts",
      value: attempts.toLocaleString("en"),
      note: retries === 0 ? "no retries" : `${retries.toLocaleString("en")}${sample.all ? "" : " or more"} retries`,
    },
    ...costFigures(run),
    ...durationFigures(run),
  ];
  return <Figures figures={figures} />;
}

function Finished({ at }: { readonly at: string }) {
  return (
    <>
      finished <Moment at={at} />
    </>
  );
}

function costFigures({ cost, costPerDone }: BulkRunView): readonly Figure[] {
  if (cost === undefined) return [];
  const each = costPerDone === undefined ? "so far" : `so far, ${costText(costPerDone)} for each that is done`;
  return [{ name: "Cost", value: costText(cost), note: each }];
}

function durationFigures({ duration, sample }: BulkRunView): readonly Figure[] {
  if (duration === undefined) return [];
  const { p50Ms, p95Ms, maxMs } = duration;
  const of = sample.all
    ? "of attempts that were done"
    : `of the first ${sample.attempts.toLocaleString("en")} attempts`;
  return [
    { name: "Half took at most", value: durationText(p50Ms), note: of },
    { name: "19 of 20", value: durationText(p95Ms), note: `the slowest ${durationText(maxMs)}` },
  ];
}
