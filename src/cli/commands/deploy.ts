/** `cirrus deploy`: a thin door to `serverless deploy` that checks first and, where it fails, says how the stack was left. */
import { systemClock } from "../../clock.ts";
import { CirrusError } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { explainStack, openStack } from "../deploy/failure.ts";
import { findServerless, runServerless, serverlessOptions } from "../deploy/serverless.ts";
import { type AwsOptions, announceTarget, openSoundProject } from "../deploy/target.ts";
import { addAwsOptions } from "../place/stage-options.ts";

export const register: Register = (command, io) => {
  command
    .description(
      "Check the project and deploy it: `serverless deploy`. Says the account, the region and the stage first.",
    )
    .argument("[serverless...]", "after --, options for `serverless deploy`")
    .addHelpText("after", "\nExample:\n  cirrus deploy --stage prod --profile me");
  addAwsOptions(command).action(async (rest: string[], options: AwsOptions) => {
    const project = await openSoundProject(io, options);
    const { root, config } = project;
    findServerless(root);
    await announceTarget(io, project, options);
    const since = systemClock.now();
    const args = ["deploy", ...serverlessOptions({ ...config, profile: options.profile }), ...rest];
    const code = await runServerless(io, { root, args });
    if (code === 0) return;
    await explainStack(io, await openStack(project, options), config.stackName, since);
    throw new CirrusError(`serverless deploy failed with exit code ${code}.`);
  });
};
