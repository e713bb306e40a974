/** `cirrus create`: the folder of a new task, feeder, workflow or function, which runs at once. */
import { type Command, Option } from "commander";
import { CirrusError, EXIT } from "../../errors.ts";
import { suggest } from "../../nearest.ts";
import type { Project } from "../../project/project.ts";
import { createPart, type PartRequest } from "../../scaffold/create-part.ts";
import { descriptionProblem, nameProblem, PART_KINDS, type PartKind } from "../../scaffold/part-names.ts";
import { completeNewReadmes } from "../../scaffold/readme/write-readmes.ts";
import type { Register } from "../commands.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { ask } from "../terminal/ask.ts";
import { type Io, paint } from "../terminal/io.ts";

interface CreateOptions {
  readonly type?: readonly string[];
  readonly hasLambda?: boolean;
  readonly lambda: boolean;
  readonly hasBatch?: boolean;
  readonly batch: boolean;
  readonly task?: readonly string[];
}

export const register: Register = (command, io) => {
  // Too many words are those of a description, and are refused as that. What the program hands down comes after this.
  command.parent?.hook("preSubcommand", () => void command.allowExcessArguments());
  describe(command).action(
    async (
      kindWord: string | undefined,
      name: string | undefined,
      description: string | undefined,
      options: CreateOptions,
    ) => {
      const project = findProjectToLook(io);
      const kind = await requireKind(io, kindWord);
      requireQuoted(kind, name, command.args.slice(2));
      const request = await completeRequest(io, project, { kind, name, description, options });
      const written = await createPart(project, request);
      await describePart(io, request);
      const replaced = project[`${kind}s`].get(request.name);
      if (replaced !== undefined) io.stderr.write(replacement(request));
      for (const file of written) io.stdout.write(`${file}\n`);
      io.stderr.write(
        `${paint(io, io.stderr, "green", "✓")} Made the ${kind} ${request.name}.\n${nextStep(request)}\n`,
      );
    },
  );
};

/** READMEs of workflows lead to the project's own tasks alone. */
function replacement({ kind, name }: PartRequest): string {
  const readmes = kind === "task" ? " READMEs of workflows that run it can lead to it now: npx cirrus readme" : "";
  return `It replaces the built-in ${kind} ${name}.${readmes}\n`;
}

/** Its README says what it takes and runs as from the start. */
async function describePart(io: Io, { kind, name }: PartRequest): Promise<void> {
  if (kind === "function") return;
  const project = findProjectToLook(io);
  const part = project[`${kind}s`].get(name);
  if (part !== undefined) await completeNewReadmes(project, [part]);
}

function describe(command: Command): Command {
  return command
    .description(
      "Add a task, a feeder, a workflow or a function. Asks for what is not said, where there is a terminal.",
    )
    .argument("[kind]", PART_KINDS.join(", "))
    .argument("[name]", "of its folder: letters, digits and hyphens")
    .argument("[description]", "what it does, in a sentence")
    .addOption(new Option("-t, --type <type...>", "what a task runs as").choices(["lambda", "batch", "bulk"]))
    .option("--has-lambda", "the task runs as a Lambda")
    .option("--no-lambda", "the task does not run as a Lambda")
    .option("--has-batch", "the task runs as a Batch job")
    .option("--no-batch", "the task does not run as a Batch job")
    .option("--task <name...>", "what a workflow runs, in this order, before it publishes")
    .addHelpText(
      "after",
      `
Examples:
  cirrus create task my-task "Counts clouds" --type lambda
  cirrus create task my-task "Counts clouds" --has-lambda --has-batch
  cirrus create task my-worker "Counts clouds of a scene" --type bulk
  cirrus create workflow my-flow "Counts clouds and publishes" --task my-task`,
    );
}

async function requireKind(io: Io, word: string | undefined): Promise<PartKind> {
  const message = "What is it to be?";
  const given =
    word ??
    (await ask(io, `the kind (${PART_KINDS.join(", ")})`).one({
      message,
      choices: PART_KINDS.map((value) => ({ value })),
    }));
  const kind = PART_KINDS.find((one) => one === given);
  if (kind !== undefined) return kind;
  throw new CirrusError(`${given} is nothing that can be made.`, {
    hint: `${suggest(given, PART_KINDS)} The kind comes first: npx cirrus create task my-task`,
    exitCode: EXIT.usage,
  });
}

function requireQuoted(kind: PartKind, name: string | undefined, words: readonly string[]): void {
  if (words.length < 2) return;
  throw new CirrusError("A description of several words stands in quotes.", {
    hint: `Write: npx cirrus create ${kind} ${name} "${words.join(" ")}"`,
    exitCode: EXIT.usage,
  });
}

interface Given {
  readonly kind: PartKind;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly options: CreateOptions;
}

async function completeRequest(io: Io, project: Project, given: Given): Promise<PartRequest> {
  const { kind, options } = given;
  refuseOthers(kind, options);
  const name =
    given.name ??
    (await ask(io, `the name, as in: npx cirrus create ${kind} my-${kind} "What it does"`).text({
      message: `What is the ${kind} called?`,
      placeholder: `my-${kind}`,
      validate: (answer) => nameProblem(answer, kind, project.config.stackName),
    }));
  const description =
    given.description ??
    (await ask(io, `the description, as in: npx cirrus create ${kind} ${name} "What it does"`).text({
      message: "What does it do, in a sentence?",
      validate: descriptionProblem,
    }));
  const wrong = descriptionProblem(description);
  if (wrong !== undefined) throw new CirrusError(wrong, { exitCode: EXIT.usage });
  const ways = kind === "task" ? await completeWays(io, options) : [];
  return {
    kind,
    name,
    description,
    lambda: ways.includes("lambda"),
    batch: ways.includes("batch"),
    bulk: ways.includes("bulk"),
    tasks: options.task ?? [],
  };
}

/** `--has-lambda --no-batch`, `--type lambda`, or one of them denied: what is left open is asked. */
async function completeWays(io: Io, options: CreateOptions): Promise<readonly string[]> {
  const { type = [], lambda: mayLambda, batch: mayBatch } = options;
  const hasLambda = options.hasLambda === true || type.includes("lambda");
  const hasBatch = options.hasBatch === true || type.includes("batch");
  refuseBoth("lambda", hasLambda, mayLambda);
  refuseBoth("batch", hasBatch, mayBatch);
  if (!mayLambda && !mayBatch) {
    throw new CirrusError("A task runs as a Lambda, as a Batch job, or as both.", {
      hint: "Leave out --no-lambda or --no-batch.",
      exitCode: EXIT.usage,
    });
  }
  if (type.includes("bulk")) return bulkWays(hasLambda, hasBatch);
  const decided = hasLambda || hasBatch || !mayLambda || !mayBatch;
  if (decided) {
    const lambda = hasLambda || (!hasBatch && mayLambda);
    const batch = hasBatch || (!hasLambda && mayBatch);
    return [...(lambda ? ["lambda"] : []), ...(batch ? ["batch"] : [])];
  }
  const choices = [
    { value: "lambda", hint: "quick to start; 15 minutes, 10 GB at most" },
    { value: "batch", hint: "hours, many processors, large disks" },
    { value: "bulk", hint: "once for each entry of a task file" },
  ];
  const chosen = await ask(io, "--type lambda or --type batch").some({ message: "What does it run as?", choices });
  return chosen.includes("bulk") ? bulkWays(chosen.includes("lambda"), chosen.includes("batch")) : chosen;
}

/** The handler takes entries of a task file in the place of payloads. */
function bulkWays(hasLambda: boolean, hasBatch: boolean): readonly string[] {
  if (!hasBatch) return ["bulk", ...(hasLambda ? ["lambda"] : [])];
  throw new CirrusError("A task of bulk runs takes entries of a task file, and a Batch job of a workflow a payload.", {
    hint: "Leave one out. Bulk runs use machines of Batch by themselves: npx cirrus bulk run … --pool batch",
    exitCode: EXIT.usage,
  });
}

function refuseBoth(way: string, has: boolean, may: boolean): void {
  if (!has || may) return;
  throw new CirrusError(`That it runs as ${way} (--has-${way}, --type ${way}) and --no-${way} contradict each other.`, {
    exitCode: EXIT.usage,
  });
}

/** What only another kind of part has is a misunderstanding; left out in silence it would be found out late. */
function refuseOthers(kind: PartKind, { type, hasLambda, hasBatch, lambda, batch, task }: CreateOptions): void {
  const ways = type !== undefined || hasLambda || hasBatch || !lambda || !batch;
  const stray = [
    ...(ways && kind !== "task"
      ? ["--type, --has-… and --no-… are for a task; a feeder or a function is a Lambda."]
      : []),
    ...(task !== undefined && kind !== "workflow" ? ["--task is for a workflow."] : []),
  ];
  if (stray.length === 0) return;
  throw new CirrusError(`A ${kind} has no such option: ${stray.join(" ")}`, { exitCode: EXIT.usage });
}

function nextStep({ kind, name, lambda, bulk }: PartRequest): string {
  if (bulk) return `Run it: npx cirrus bulk run ${name} --tasks tasks/${name}/tasks.json`;
  if (kind === "task") return `Run it: npx cirrus task run ${name}${lambda ? "" : " --batch"}`;
  if (kind === "workflow") return `Run it: npx cirrus run ${name} workflows/${name}/payload.json`;
  if (kind === "feeder") return `See what it finds: npx cirrus feeder run ${name} --dry-run`;
  return `Test it: npx vitest run functions/${name}`;
}
