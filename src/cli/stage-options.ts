/** The options that say which deployment of a project is meant, the same for every command that has them. */
import { type Command, InvalidArgumentError } from "commander";

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

/** `-o, --output`, with what a command can print. */
export function addOutputOption(command: Command, formats: readonly string[]): Command {
  return command.option(
    "-o, --output <format>",
    formats.join(" or "),
    (text: string) => {
      if (formats.includes(text)) return text;
      throw new InvalidArgumentError(`Write ${formats.join(" or ")}.`);
    },
    formats[0],
  );
}
