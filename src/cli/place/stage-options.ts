/** The options that say which deployment of a project is meant, the same for every command that has them. */
import type { Command } from "commander";

/** `--stage` and `--region`: variables of the project depend on them. */
export function addStageOptions(command: Command): Command {
  return command
    .option("-s, --stage <name>", "stage, instead of the one in cirrus.yml")
    .option("-r, --region <name>", "region, instead of the one in cirrus.yml");
}

/** With the profile of the AWS configuration, for what asks AWS. */
export function addAwsOptions(command: Command): Command {
  return addStageOptions(command).option(
    "--profile <name>",
    "profile in the AWS configuration, instead of AWS_PROFILE",
  );
}
