/** `cirrus batch`: what a deployed stage runs jobs in, and the end of what earlier deployments left for running jobs. */
import type { Command } from "commander";
import { openBatchAccount } from "../../aws/batch/account.ts";
import type { DeployedStack } from "../../aws/batch/deployed-stack.ts";
import { systemClock } from "../../clock.ts";
import { type BatchPart, overviewOf } from "../../compile/batch/batch-overview.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import { retire } from "../batch/retire.ts";
import { planRetirement } from "../batch/retirement.ts";
import type { Register } from "../commands.ts";
import type { AwsOptions } from "../deploy/target.ts";
import { type PlaceOptions, resolvePlace } from "../place/backend.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { addAwsOptions } from "../place/stage-options.ts";
import { confirm } from "../terminal/confirm.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";

type BatchOptions = AwsOptions & PlaceOptions & OutputOptions;

type RetireOptions = BatchOptions & { readonly dryRun?: boolean; readonly yes?: boolean };

export const register: Register = (command, io, exit) => {
  command.description(
    "See and finish changes of Batch resources: a deployment that changes an environment or a queue keeps the former one for the jobs that run in it.",
  );

  const status = command
    .command("status")
    .description("List environments, queues and job definitions, current and former, with what uses them.")
    .addHelpText("after", "\nExample:\n  cirrus batch status --stage prod");
  addFormats(addStage(status), ["table", "json", "jsonl", "yaml", "name"]).action(async (options: BatchOptions) => {
    const { stack, account } = await openStage(io, options);
    const uses = await account.readUses(stack.resources);
    for (const reason of uses.uncertain) io.stderr.write(`${paint(io, io.stderr, "yellow", "warning:")} ${reason}\n`);
    showStatus(io, options, overviewOf(stack.template, uses).toSorted(byName));
  });

  const retiring = command
    .command("retire")
    .description("Remove former resources that nothing uses: those that are named, or all.")
    .argument("[name...]", "logical IDs, or the names in the project")
    .option("-n, --dry-run", "show what would be removed, and change nothing")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", "\nExample:\n  cirrus batch retire --stage prod --yes");
  addFormats(addStage(retiring), ["table", "json"]).action(async (names: string[], options: RetireOptions) =>
    exit(await retireNamed(io, names, options)),
  );
};

async function retireNamed(io: Io, names: readonly string[], options: RetireOptions) {
  const { stack, account, project } = await openStage(io, options);
  if (!/_COMPLETE$/.test(stack.status)) {
    throw new CirrusError(`The stack ${stack.name} is ${stack.status}; it cannot be changed now.`, {
      hint: "Wait for the deployment that is under way, or finish it in CloudFormation.",
      exitCode: EXIT.conflict,
    });
  }
  const planned = planRetirement(stack, await account.readUses(stack.resources), names);
  const ids = planned.parts.map(({ logicalId }) => logicalId);
  if (ids.length === 0) {
    io.stderr.write("Nothing former is there that nothing uses. See: npx cirrus batch status\n");
    if (formatOf(options) === "json") printOne(io, "json", { retired: [], spared: [], leftBehind: [] });
    return EXIT.ok;
  }
  announce(io, stack, project);
  io.stderr.write(`To be removed, with what stands there for them alone: ${ids.join(", ")}\n`);
  if (options.dryRun) {
    if (formatOf(options) === "json") printOne(io, "json", { retired: [], wouldRetire: ids });
    return EXIT.ok;
  }
  if (!options.yes && !(await confirm(io, `Remove ${ids.length} of ${stack.name}?`, "--yes"))) return EXIT.ok;
  const say = (line: string) => void io.stderr.write(`${line}\n`);
  const ended = await retire(stack, planned, { account, clock: systemClock, signal: io.signal, say });
  if (formatOf(options) === "json") printOne(io, "json", ended);
  if (ended.retired.length > 0) say(`Removed: ${ended.retired.join(", ")}`);
  for (const { logicalId, reason } of ended.spared) say(`Kept: ${logicalId} ${reason}`);
  for (const { logicalId, physicalId, reason } of ended.leftBehind) {
    say(
      `${paint(io, io.stderr, "yellow", "warning:")} ${logicalId} could not be deleted: ${reason}. Delete it in AWS: ${physicalId}`,
    );
  }
  return ended.spared.length + ended.leftBehind.length > 0 ? EXIT.partial : EXIT.ok;
}

async function openStage(io: Io, options: BatchOptions) {
  const place = resolvePlace(io, options);
  const project = findProjectToLook(io, place);
  const { stackName, region } = { ...project.config, ...(place.stack !== undefined && { stackName: place.stack }) };
  const endpoint = place.endpointUrl ?? io.env.AWS_ENDPOINT_URL;
  const account = await openBatchAccount({ region, profile: place.profile ?? io.env.AWS_PROFILE, endpoint });
  const stack = await account.readDeployedStack(stackName);
  if (stack === undefined) {
    throw new CirrusError(`There is no stack ${stackName} in ${region}.`, {
      hint: "Check the stage and the region: --stage, --region.",
      exitCode: EXIT.notFound,
    });
  }
  return { account, stack, project };
}

function announce(io: Io, { account, region, name }: DeployedStack, { config }: Project): void {
  const facts = Object.entries({ account, region, stage: config.stage, stack: name });
  for (const [key, value] of facts) io.stderr.write(`${paint(io, io.stderr, "dim", key.padEnd(8))}${value}\n`);
}

function showStatus(io: Io, options: BatchOptions, overview: readonly BatchPart[]): void {
  const titles = ["name", "revision", "", "kind", "queues", "jobs", "executions", "can be retired"];
  printRows(io, formatOf(options), overview, {
    columns: titles.map((title, index) => ({ title, align: index === 6 ? "right" : "left", grows: index === 7 })),
    cells: (part) => [
      part.stem,
      part.revision || "–",
      part.former ? paint(io, io.stdout, "yellow", "former") : "current",
      part.type.split("::").at(-1) ?? "",
      part.queues.join("\n") || "–",
      Object.entries(part.jobs)
        .map(([state, count]) => `${count} ${state}`)
        .join(", ") || "–",
      String(part.executions),
      part.former ? `${part.retirable ? "yes" : "no"}: ${part.reason}` : "–",
    ],
    name: ({ logicalId }) => logicalId,
    none: "This stage has nothing that runs jobs in Batch.",
  });
}

/** What people call the same together, the current one first. */
function byName(one: BatchPart, other: BatchPart): number {
  return one.stem === other.stem ? Number(one.former) - Number(other.former) : one.stem < other.stem ? -1 : 1;
}

function addStage(command: Command): Command {
  return addAwsOptions(command)
    .option("--deployment <name>", "a deployment that `cirrus deployment add` named")
    .option("--stack <name>", "the stack's name, where it is not <service>-<stage>")
    .option("--endpoint-url <url>", "another address than AWS's own: an emulator");
}
