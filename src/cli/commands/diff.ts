/** `cirrus diff`: what a deployment would add, change, replace and remove. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lazyLambda } from "../../aws/clients/lambda.ts";
import { codeHash } from "../../aws/code-hash.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import type { Register } from "../commands.ts";
import { addCodeChanges } from "../deploy/code-diff.ts";
import { openStack } from "../deploy/failure.ts";
import { runServerless, serverlessOptions } from "../deploy/serverless.ts";
import { type AwsOptions, announceTarget, openSoundProject } from "../deploy/target.ts";
import { type Change, compareTemplates, parseTemplate, renderChanges, type Template } from "../deploy/template-diff.ts";
import { addAwsOptions } from "../place/stage-options.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";

interface DiffOptions extends AwsOptions, OutputOptions {
  readonly exitCode?: boolean;
}

export const register: Register = (command, io, exit) => {
  command
    .description(
      "Compare the project with what is deployed: resources that would be added, changed, replaced, removed.",
    )
    .option("--exit-code", `end with ${EXIT.partial} where there are changes`)
    .addHelpText("after", "\nExample:\n  cirrus diff --stage prod");
  addAwsOptions(addFormats(command, ["table", "json"])).action(async (options: DiffOptions) => {
    const project = await openSoundProject(io, options);
    await announceTarget(io, project, options);
    const deployed = await (await openStack(project, options)).template();
    if (deployed === undefined)
      io.stderr.write(`The stack ${project.config.stackName} does not exist: all would be new.\n`);
    const changes = await findChanges(io, project, { deployed: parseTemplate(deployed ?? "{}"), options });
    if (formatOf(options) === "json") io.stdout.write(`${JSON.stringify(changes, null, 2)}\n`);
    else if (changes.length === 0) io.stderr.write("Nothing would change.\n");
    else io.stdout.write(`${renderChanges(io, changes)}\n`);
    exit(changes.length > 0 && options.exitCode ? EXIT.partial : EXIT.ok);
  });
};

/** Packages what a deployment would send, aside so that .serverless/ stays as it is. */
async function findChanges(
  io: Io,
  project: Project,
  { deployed, options }: { readonly deployed: Template; readonly options: AwsOptions },
): Promise<readonly Change[]> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-diff-"));
  try {
    const args = [
      "package",
      ...serverlessOptions({ ...project.config, profile: options.profile }),
      "--package",
      folder,
    ];
    const code = await runServerless(io, { root: project.root, args, quiet: true });
    if (code !== 0) throw new CirrusError(`serverless package failed with exit code ${code}.`);
    const built = parseTemplate(await readFile(join(folder, "cloudformation-template-update-stack.json"), "utf8"));
    const lambda = lazyLambda({ region: project.config.region, profile: options.profile });
    return await addCodeChanges(compareTemplates(deployed, built), {
      built,
      folder,
      deployedHash: async (name) => codeHash(name, await lambda()),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
