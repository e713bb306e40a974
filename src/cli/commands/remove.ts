/** `cirrus remove`: removes a deployed stage, after its name was typed. */
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { Register } from "../commands.ts";
import { explainStack, openStack } from "../deploy/failure.ts";
import { findServerless, runServerless, serverlessOptions } from "../deploy/serverless.ts";
import { type AwsOptions, announceTarget } from "../deploy/target.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { addAwsOptions } from "../place/stage-options.ts";
import { ask } from "../terminal/ask.ts";
import type { Io } from "../terminal/io.ts";

interface RemoveOptions extends AwsOptions {
  readonly confirm?: string;
}

export const register: Register = (command, io) => {
  command
    .description("Remove a deployed stage: `serverless remove`. Asks for the stage's name first.")
    .argument("[serverless...]", "after --, options for `serverless remove`")
    .option("--confirm <stage>", "the stage's name, instead of typing it")
    .addHelpText("after", "\nExample:\n  cirrus remove --stage test --confirm test");
  addAwsOptions(command).action(async (rest: string[], options: RemoveOptions) => {
    const project = findProjectToLook(io, options);
    const { root, config } = project;
    findServerless(root);
    await announceTarget(io, project, options);
    const stack = await openStack(project, options);
    if ((await stack.describe()) === undefined) {
      throw new CirrusError(`There is no stack ${config.stackName} in ${config.region}.`, {
        hint: "Check the stage and the region: --stage, --region.",
        exitCode: EXIT.notFound,
      });
    }
    await requireConfirmation(io, config.stage, options.confirm);
    const since = systemClock.now();
    const args = ["remove", ...serverlessOptions({ ...config, profile: options.profile }), ...rest];
    const code = await runServerless(io, { root, args });
    if (code === 0) return;
    await explainStack(io, stack, config.stackName, since);
    throw new CirrusError(`serverless remove failed with exit code ${code}.`);
  });
};

/** Removing a stage ends what runs in it and forgets every state: nobody does that by a slip of the finger. */
async function requireConfirmation(io: Io, stage: string, given: string | undefined): Promise<void> {
  const typed = given ?? (await ask(io, "--confirm").text({ message: `Type the stage's name to remove it: ${stage}` }));
  if (typed === stage) return;
  throw new CirrusError(`${typed} is not the stage ${stage}; nothing was removed.`, { exitCode: EXIT.usage });
}
