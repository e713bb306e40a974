/** `cirrus payload rerun`: runs stored payloads again, named one by one or chosen by what became of them. */
import { CirrusError, EXIT } from "../../errors.ts";
import { planReruns, type Rerun } from "../../functions/rerun.ts";
import { eachRecord } from "../../state/each-record.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { confirm } from "../terminal/confirm.ts";
import type { Io } from "../terminal/io.ts";
import { readNames } from "./payload-files.ts";
import { waitForSent } from "./publish-command.ts";
import { addFilterOptions, type FilterOptions, filtersOf } from "./records.ts";
import { requireRecord } from "./require-record.ts";
import { sendSources } from "./send.ts";

interface RerunOptions extends PlaceOptions, FilterOptions {
  readonly replace?: boolean;
  readonly reason?: string;
  readonly max: number;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
}

export const registerRerun: Register = (command, io, exit) => {
  addFilterOptions(addPlaceOptions(command))
    .description(
      "Run payloads again with the input that they had: those named, those on standard input (-), or all that filters choose.",
    )
    .argument("[payload-id...]", "- reads them from standard input, one a line")
    .option("--replace", "also those that have SUCCEEDED or are INVALID")
    .option("--max <n>", "refuse where filters choose more than this", parseLimit, 100)
    .option("--reason <text>", "kept in the payloads' history")
    .option("-y, --yes", "do not ask where filters choose several")
    .option("--wait", "wait until all of them have ended, and show what became of them")
    .option("-n, --dry-run", "say what would run, and run nothing")
    .addHelpText(
      "after",
      `
Examples:
  cirrus payload rerun landsat/workflow-publish-only/scene-1 --replace
  cirrus payload rerun --state failed --workflow mirror --since 24h --max 500
  cirrus payload list --state failed -o name | cirrus payload rerun -`,
    )
    .action(async (ids: string[], options: RerunOptions) => {
      const filters = Object.values(filtersOf(options)).some((value) => value !== undefined);
      if (filters === ids.length > 0) throw eitherOr(filters);
      await withBackend(io, options, async (backend) => {
        const records = filters ? await chosen(backend, options) : await named(backend, await readNames(ids, io));
        const plan = await Array.fromAsync(planReruns(records, planOf(options), backend.ports));
        const runs = plan.filter((one) => one.outcome === "runs");
        printPlan(io, plan);
        if (options.dryRun)
          return void io.stderr.write(`${runs.length} of ${plan.length} would run again ${backend.place}.\n`);
        if (runs.length > 0 && filters && !options.yes) {
          const go = await confirm(io, `Run ${runs.length} payloads again ${backend.place}?`, "--yes");
          if (!go) return void io.stderr.write("Nothing was run.\n");
        }
        const sources = runs.map(({ record, payload }) => ({ source: record.payloadId, payload }));
        const sent = await sendSources(sources, backend.ports);
        for (const { source } of sources) io.stdout.write(`${source}\n`);
        io.stderr.write(`${runs.length} of ${plan.length} sent again; ${backend.runner} runs them.\n`);
        if (options.wait && sent.length > 0) return await waitForSent(io, backend, sources, sent, exit);
        if (runs.length < plan.length && !filters) exit(runs.length === 0 ? EXIT.failed : EXIT.partial);
      });
    });
};

function planOf({ replace = false, reason }: RerunOptions) {
  return { replace, reason, howToReplace: "add --replace to run it again" };
}

function eitherOr(filters: boolean): CirrusError {
  return new CirrusError(filters ? "Payload IDs and filters were both given." : "No payload was named.", {
    hint: "Name payloads, pipe their IDs in with -, or choose them with a filter such as --state failed.",
    exitCode: EXIT.usage,
  });
}

async function named(backend: Backend, ids: readonly string[]): Promise<readonly PayloadRecord[]> {
  if (ids.length === 1 && ids[0] !== undefined) return [await requireRecord(backend, ids[0])];
  const records = await backend.ports.state.get(ids);
  const missing = ids.filter((_, index) => records[index] === undefined);
  if (missing.length === 0) return records.filter((record) => record !== undefined);
  throw new CirrusError(`There are no such payloads ${backend.place}: ${missing.join(", ")}. Nothing was run.`, {
    exitCode: EXIT.notFound,
  });
}

async function chosen(backend: Backend, options: RerunOptions): Promise<readonly PayloadRecord[]> {
  const records = await Array.fromAsync(eachRecord(backend.ports.state, filtersOf(options), options.max + 1));
  if (records.length <= options.max) return records;
  throw new CirrusError(`More than ${options.max} payloads are chosen. Nothing was run.`, {
    hint: "Choose fewer with more filters, or allow more with --max.",
    exitCode: EXIT.usage,
  });
}

/** Everything that stays, and of what runs as much as a person reads. */
function printPlan(io: Io, plan: readonly Rerun[]): void {
  for (const one of plan)
    if (one.outcome === "stays") io.stderr.write(`stays  ${one.record.payloadId}: ${one.reason}\n`);
  const runs = plan.filter(({ outcome }) => outcome === "runs");
  for (const { record } of runs.slice(0, SAMPLE))
    io.stderr.write(`runs   ${record.payloadId} (${record.state}, attempt ${record.attempt + 1})\n`);
  if (runs.length > SAMPLE) io.stderr.write(`       and ${runs.length - SAMPLE} more\n`);
}

const SAMPLE = 10;
