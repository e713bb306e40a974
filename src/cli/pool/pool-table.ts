/** A run's pool as people read it: a line a fact. */
import { usd } from "../../pool/plan/sizing.ts";
import type { PoolView } from "../../pool/pool-view.ts";
import { count } from "../bulk/run-view.ts";
import { bulkMark } from "../bulk/runs.ts";
import { type Io, paint } from "../terminal/io.ts";
import { renderTable } from "../terminal/table.ts";

const HELD_BY: Readonly<Record<PoolView["heldBy"], string>> = {
  work: "there is no more work for them",
  pool: "the pool may have no more",
  cost: "the budget is enough for no more",
};

export function renderPool(io: Pick<Io, "env" | "stdout">, view: PoolView): string {
  const { run, state, reason, plan, starting, running, ended, reasons } = view;
  const why = reason === undefined ? "" : ` (${reason})`;
  const rows = [
    ["entries left", count(view.remaining)],
    ["workers", `${starting} starting, ${running} running, ${ended} ended, ${plan.maxWorkers} at most`],
    ["each", machine(view)],
    ["price", `${usd(view.pricePerHour)} USD/h now${atMost(plan.maxTotalPricePerHour, "USD/h")}`],
    ["spent", `${usd(view.spent)} USD${atMost(plan.maxTotalCost, "USD")}`],
    ...(state === "OPEN" ? [["no more, since", HELD_BY[view.heldBy]]] : []),
    ...(reasons.length > 0 ? [["the provider says", reasons.join("\n")]] : []),
  ];
  const title = `${bulkMark(io, io.stdout, state)} ${paint(io, io.stdout, "bold", run)}${why}`;
  return `${title}\n${renderTable([{ title: "" }, { title: "", grows: true }], rows).trimStart()}`;
}

function machine({ plan }: PoolView): string {
  const slots = `${plan.slotsPerWorker} ${plan.slotsPerWorker === 1 ? "task" : "tasks"} at a time`;
  if (plan.kind === "lambda") return `a Lambda of ${plan.memoryPerWorkerMiB} MiB`;
  const bought = plan.spot ? "spot instance" : "on-demand instance";
  return `${slots} on one ${bought}: ${plan.instanceTypes.join(", ")}`;
}

function atMost(limit: number | undefined, unit: string): string {
  return limit === undefined ? "" : `, ${usd(limit)} ${unit} at most`;
}
