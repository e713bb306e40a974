/** `cirrus build`: what `cirrus deploy` would send to AWS, in .serverless/. */
import { join, relative } from "node:path";
import { CirrusError } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { runServerless, serverlessOptions } from "../deploy/serverless.ts";
import { openSoundProject } from "../deploy/target.ts";
import type { StageOptions } from "../place/find-project.ts";
import { addStageOptions } from "../place/stage-options.ts";

export const register: Register = (command, io) => {
  command
    .description(
      "Check the project and package it: the template and a zip for each Lambda, in .serverless/. Asks AWS nothing.",
    )
    .argument("[serverless...]", "after --, options for `serverless package`")
    .addHelpText("after", "\nExample:\n  cirrus build --stage prod");
  addStageOptions(command).action(async (rest: string[], options: StageOptions) => {
    const project = await openSoundProject(io, options);
    const args = ["package", ...serverlessOptions(project.config), ...rest];
    const code = await runServerless(io, { root: project.root, args });
    if (code !== 0) throw new CirrusError(`serverless package failed with exit code ${code}.`);
    io.stderr.write(`Built: ${relative(io.cwd, join(project.root, ".serverless")) || "."}/\n`);
  });
};
