/** `cirrus pool status`: the machines or Lambdas that a run of a deployed stage has now, and what they cost. */
import type { Command } from "commander";
import { lazyBatchPools } from "../../aws/clients/batch-pools.ts";
import { lazyLaunchTemplates } from "../../aws/clients/launch-templates.ts";
import { batchPoolStatus } from "../../aws/pool/batch-pool.ts";
import type { PoolStatus } from "../../bulk/pool.ts";
import { readPoolOrder } from "../../bulk/pool-order.ts";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { viewPool } from "../../pool/pool-view.ts";
import { addRunArgument, requireRun } from "../bulk/runs.ts";
import { type PlaceOptions, resolvePlace } from "../place/backend.ts";
import { type BulkStage, withBulkPlace } from "../place/bulk-place.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printOne } from "../terminal/output.ts";
import { renderPool } from "./pool-table.ts";

type StatusOptions = PlaceOptions & OutputOptions;

export function addStatus(pool: Command, io: Io): void {
  addFormats(addRunArgument(pool.command("status")), ["table", "json", "yaml"])
    .description(
      "What works on a run: workers that start, run and ended, their price, what is spent, and what holds them up.",
    )
    .addHelpText("after", "\nExample:\n  cirrus pool status my-run --stage prod")
    .action((name: string, options: StatusOptions) => status(io, name, options));
}

async function status(io: Io, name: string, options: StatusOptions): Promise<void> {
  await withBulkPlace(io, options, async (place) => {
    const { runs, stage } = place;
    const run = await requireRun(place, name);
    const order = readPoolOrder(name, run.pool);
    if (order === undefined || stage === undefined) {
      throw new CirrusError(`The run ${name} has no pool ${place.place}.`, {
        hint: `See who works on it: npx cirrus bulk status ${name}${place.flags}`,
        exitCode: EXIT.notFound,
      });
    }
    const [counts, workers, said] = await Promise.all([
      runs.counts(name),
      runs.workers(name),
      order.plan.kind === "batch" ? askBatch(io, stage, options, name) : undefined,
    ]);
    const view = viewPool(run, order.plan, { counts, workers, status: said, now: systemClock.now() });
    if (formatOf(options) === "table") io.stdout.write(`${renderPool(io, view)}\n`);
    else printOne(io, formatOf(options), view);
  });
}

async function askBatch(io: Io, { stack, region }: BulkStage, options: PlaceOptions, run: string): Promise<PoolStatus> {
  const { profile = io.env.AWS_PROFILE, endpointUrl: endpoint = io.env.AWS_ENDPOINT_URL } = resolvePlace(io, options);
  const account = { region, profile, endpoint };
  const services = { batch: lazyBatchPools(account), launchTemplates: lazyLaunchTemplates(account) };
  return batchPoolStatus({ ...services, stack }, run);
}
