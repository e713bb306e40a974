/** `cirrus deployment`: deployments by name, what they are made of, and commands in their environment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { relative } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type PlaceOptions, resolvePlace, withBackend } from "../place/backend.ts";
import { listDeployments, writeDeployment } from "../place/deployments.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";

interface AddOptions extends PlaceOptions {
  readonly stage: string;
  readonly replace?: boolean;
}

export const register: Register = (command, io, exit) => {
  command.description("Name deployed stages, see what they are made of, and run commands in their environment.");

  addFormats(command.command("list"), ["table", "json", "jsonl", "yaml", "name"])
    .description("List the deployments that have a name.")
    .action((options: OutputOptions) => {
      printRows(io, formatOf(options), listDeployments(io), {
        columns: ["name", "stage", "stack", "region", "profile"].map((title) => ({ title })),
        cells: ({ name, stage, stack = "", region = "", profile = "" }) => [name, stage, stack, region, profile],
        name: ({ name }) => name,
        none: "No deployment has a name yet. Give it one: npx cirrus deployment add <name> --stage <stage>",
      });
    });

  command
    .command("add")
    .description("Give a deployment a name, to be used with --deployment.")
    .argument("<name>")
    .requiredOption("-s, --stage <stage>", "its stage")
    .option("--stack <name>", "its stack, where it is not <service>-<stage>")
    .option("-r, --region <name>", "its region, instead of the one in cirrus.yml")
    .option("--profile <name>", "profile in the AWS configuration")
    .option("--endpoint-url <url>", "another address than AWS's own: an emulator")
    .option("--replace", "in the place of one that has the name")
    .action((name: string, { replace = false, ...content }: AddOptions) => {
      const file = writeDeployment(io, name, content, { replace });
      io.stderr.write(`Written to ${relative(io.cwd, file)}. See it: npx cirrus deployment show ${name}\n`);
    });

  addFormats(addPlaceOptions(command.command("show")), ["json", "yaml"])
    .description("Show where a deployment is and what its functions are told: queues, buckets, topics. Never a secret.")
    .argument("[name]", "a named deployment; or say --stage")
    .action(async (name: string | undefined, options: PlaceOptions & OutputOptions) => {
      const place = name === undefined ? options : { ...options, deployment: name };
      await withBackend(io, place, async (backend) => {
        const { stage, stack, region, profile, endpointUrl } = resolvePlace(io, place);
        printOne(io, formatOf(options), {
          stage,
          stack,
          region,
          profile,
          endpointUrl,
          environment: backend.environment,
        });
      });
    });

  addPlaceOptions(command.command("exec"))
    .description("Run a command with the deployment's variables (CIRRUS_…) in its environment.")
    .argument("<command...>", "after --")
    .addHelpText("after", "\nExample:\n  cirrus deployment exec --stage prod -- node scripts/republish.js")
    .action(async (words: string[], options: PlaceOptions) => {
      const environment = await withBackend(io, options, async (backend) => backend.environment);
      exit(await run(words, { ...io.env, ...environment }));
    });

  async function run(words: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    const [program = "", ...args] = words;
    const child = spawn(program, args, { cwd: io.cwd, env, stdio: "inherit" });
    try {
      const [code] = await once(child, "exit", { signal: io.signal });
      if (code !== 0) io.stderr.write(`${program} ended with exit code ${code}.\n`);
      return code === 0 ? EXIT.ok : EXIT.failed;
    } catch (thrown) {
      if (io.signal.aborted) throw thrown;
      throw new CirrusError(`There is no program ${program} that could be run.`, {
        hint: "After -- comes the command; the deployment is said before: --deployment <name> or --stage <stage>.",
        exitCode: EXIT.notFound,
        cause: thrown,
      });
    }
  }
};
