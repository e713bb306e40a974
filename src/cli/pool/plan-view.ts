/** Plans of a pool as people read them: a line each, and under them what the figures stand on. */
import { START_SECONDS } from "../../bulk/workers-needed.ts";
import { ASSUMED_INTERRUPTIONS } from "../../pool/plan/candidates.ts";
import { writtenName } from "../../pool/plan/constraints.ts";
import type { RankedPlan } from "../../pool/plan/plan.ts";
import { usd } from "../../pool/plan/sizing.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { type Format, printRows } from "../terminal/output.ts";
import type { Column } from "../terminal/table.ts";

interface PlanColumn extends Column {
  cell(plan: RankedPlan): string;
}

function figure(title: string, cell: PlanColumn["cell"]): PlanColumn {
  return { title, align: "right", cell };
}

const COLUMNS: readonly PlanColumn[] = [
  figure("", ({ rank }) => String(rank)),
  { title: "bought", cell: boughtAs },
  { title: "instance types", grows: true, cell: ({ plan }) => plan.instanceTypes.join(" ") },
  figure("workers × tasks", ({ workers, plan }) => `${workers} × ${plan.slotsPerWorker}`),
  { ...figure("USD/h", ({ pricePerHour, highestPricePerHour }) => span(pricePerHour, highestPricePerHour)), spare: 4 },
  figure("takes", ({ expected }) => formatDuration(expected.seconds * 1000)),
  figure("USD", ({ expected }) => span(expected.cost, expected.highestCost)),
  { ...figure("to start", ({ expected }) => usd(expected.startCost)), spare: 1 },
  { ...figure("taken back", ({ plan, expected }) => (plan.spot ? expected.interruptions.toFixed(1) : "–")), spare: 2 },
  { title: "no more than", spare: 3, cell: ({ heldBy }) => writtenName(heldBy) },
];

function boughtAs({ plan }: RankedPlan): string {
  if (!plan.spot) return "on demand";
  return plan.onDemandShare === 0 ? "spot" : `spot, ${Math.round(plan.onDemandShare * 100)} % may be on demand`;
}

/** From the cheapest type to the dearest. */
function span(least: number, most: number): string {
  const [low, high] = [usd(least), usd(most)];
  return low === high ? low : `${low}–${high}`;
}

/** Notes go to standard error, beside a table only: everything in them is in the data too. */
export function printPlans(io: Io, format: Format, plans: readonly RankedPlan[]): void {
  printRows(io, format, plans, {
    columns: COLUMNS,
    cells: (plan) => COLUMNS.map(({ cell }) => cell(plan)),
    name: ({ plan }) => plan.instanceTypes.join(","),
    none: "There is no plan.",
  });
  const [best] = plans;
  if (format !== "table" || best === undefined) return;
  for (const note of notesOf(best)) io.stderr.write(`${paint(io, io.stderr, "dim", note)}\n`);
}

function notesOf({ plan, expected, types, leftOver, unmet }: RankedPlan): readonly string[] {
  const { secondsFrom, secondsPerTask } = expected;
  const memory = (plan.memoryPerWorkerMiB / plan.slotsPerWorker / 1024).toFixed(1);
  const disk = `${plan.bootDiskGB} GB ${plan.bootDiskType ?? ""}`.trim();
  return [
    `The first: ${plan.cpusPerWorker} vCPUs a worker, ${memory} GB of memory a task, boot disk of ${disk} included.`,
    ...(unmet.length > 0 ? [`Not reached, as there is less work: ${unmet.join(", ")}.`] : []),
    ...(leftOver.cpus > 0
      ? [`Left over on each instance: ${leftOver.cpus} ${leftOver.cpus === 1 ? "vCPU" : "vCPUs"}.`]
      : []),
    ...(secondsFrom === "max-runtime"
      ? [
          `Nobody knows how long a task takes: counted with max-runtime (${secondsPerTask} s), so that time and money are upper bounds. Say it with --seconds-per-task.`,
        ]
      : []),
    ...(secondsFrom === "history" ? [`A task is taken to need ${secondsPerTask} s, as those before it did.`] : []),
    `An instance is taken to need ${START_SECONDS} s to start.`,
    ...(plan.spot
      ? [
          `Of spot instances ${ASSUMED_INTERRUPTIONS * 100} % are taken to be lost in an hour where AWS does not say; what has to be repeated is in the price.`,
        ]
      : []),
    ...(types.some(({ estimated }) => estimated) ? ["Prices are estimated: a part of them is a typical one."] : []),
  ];
}
