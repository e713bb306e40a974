/** `cirrus diff`: what a deployment would add, change, replace and remove. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import type { Register } from "../commands.ts";
import { openStack } from "../deploy/failure.ts";
import { runServerless, serverlessOptions } from "../deploy/serverless.ts";
import { type AwsOptions, announceTarget, openSoundProject } from "../deploy/target.ts";
import { compareTemplates, parseTemplate, renderChanges, type Template } from "../deploy/template-diff.ts";
import type { Io } from "../io.ts";
import { addAwsOptions, addOutputOption } from "../stage-options.ts";

interface DiffOptions extends AwsOptions {
  readonly output: string;
  readonly exitCode?: boolean;
}

export const register: Register = (command, io, exit) => {
  command
    .description(
      "Compare the project with what is deployed: resources that would be added, changed, replaced, removed.",
    )
    .option("--exit-code", `end with ${EXIT.partial} where there are changes`)
    .addHelpText("after", "\nExample:\n  cirrus diff --stage prod");
  addAwsOptions(addOutputOption(command, ["table", "json"])).action(async (options: DiffOptions) => {
    const project = openSoundProject(io, options);
    await announceTarget(io, project, options);
    const deployed = await (await openStack(project, options)).template();
    if (deployed === undefined)
      io.stderr.write(`The stack ${project.config.stackName} does not exist: all would be new.\n`);
    const changes = compareTemplates(parseTemplate(deployed ?? "{}"), await buildTemplate(io, project));
    if (options.output === "json") io.stdout.write(`${JSON.stringify(changes, null, 2)}\n`);
    else if (changes.length === 0) io.stderr.write("Nothing would change.\n");
    else io.stdout.write(`${renderChanges(io, changes)}\n`);
    exit(changes.length > 0 && options.exitCode ? EXIT.partial : EXIT.ok);
  });
};

/** The very template that a deployment sends, packaged aside so that .serverless/ stays as it is. */
async function buildTemplate(io: Io, project: Project): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-diff-"));
  try {
    const args = ["package", ...serverlessOptions(project.config), "--package", folder];
    const code = await runServerless(io, { root: project.root, args, quiet: true });
    if (code !== 0) throw new CirrusError(`serverless package failed with exit code ${code}.`);
    return parseTemplate(await readFile(join(folder, "cloudformation-template-update-stack.json"), "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
