/** The command line: registers the commands, turns what they throw into a message and an exit code. */
import { type Argument, Command, CommanderError } from "commander";
import { EXIT, type ExitCode } from "../errors.ts";
import { VERSION } from "../version.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_CODES_HELP, exitCodeOfSignal } from "./exit-codes.ts";
import type { Io } from "./terminal/io.ts";
import { reportError } from "./terminal/report-error.ts";

/** Runs one command and resolves with the exit code; never throws and never exits by itself. */
export async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  // What the scripts of `cirrus completion` ask; it is nothing to be typed, and so in no help.
  if (args[0] === "__complete") {
    const { suggest } = await import("./suggest.ts");
    io.stdout.write((await suggest(args.slice(1), COMMANDS, io)).map((one) => `${one}\n`).join(""));
    return EXIT.ok;
  }
  const program = new Command("cirrus")
    .description(
      "Run tasks over STAC items as they arrive, over a file of inputs, or again and again, here and on AWS.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .option("--debug", "show stack traces")
    .helpCommand("help [topic]", "explain a command, or the topic exit-codes")
    .showSuggestionAfterError()
    .showHelpAfterError("Add --help to see how it is called.")
    .addHelpText("after", EXAMPLES)
    // Without "[options]", which all of them have: what they do has to fit beside them.
    .configureHelp({
      // Beside the longest names there are fewer than the 40 columns that commander asks for, and it would not wrap at all.
      minWidthToWrap: 30,
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(term)].join(" "),
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    });
  const called = calledCommand(args);
  for (const { name, group, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary).helpGroup(`${group}:`);
    if (name !== called) continue;
    const { register } = await load();
    register(command, io, (code) => {
      exitCode = code;
    });
  }
  inheritSettings(program);

  if (args[0] === "help" && args[1] === "exit-codes") {
    io.stdout.write(EXIT_CODES_HELP);
    return EXIT.ok;
  }
  if (args[0] === "help" && args[1] !== undefined && !COMMANDS.some(({ name }) => name === args[1])) {
    const topics = [...COMMANDS.map(({ name }) => name), "exit-codes"];
    const { nearest } = await import("../nearest.ts");
    const near = nearest(args[1], topics);
    const hint = near === undefined ? `There are: ${topics.join(", ")}.` : `(Did you mean ${near}?)`;
    io.stderr.write(`error: there is no command or topic '${args[1]}'\n${hint}\n`);
    return EXIT.usage;
  }
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return exitCodeOfSignal(io) ?? reportError(thrown, args, io);
  }
}

const EXAMPLES = `
Examples:
  cirrus init my-project                     make a project, and in it
  cirrus examples                            run the payloads in examples/
  cirrus run publish-only payload.json       run one payload through a workflow
  cirrus task run add-preview payload.json   run one task alone
  cirrus bulk run ./work.py --tasks in.csv   run a program over a file of inputs
  cirrus loop run                            run notebooks again and again
  cirrus dev                                 keep everything running, and
  cirrus publish payload.json                send payloads from another terminal

See also: cirrus help exit-codes`;

function term(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** The one command that has to be loaded: `cirrus show task publish` needs neither `task` nor `publish`. */
function calledCommand(args: readonly string[]): string | undefined {
  const words = args.filter((arg) => !arg.startsWith("-"));
  return words[0] === "help" ? words[1] : words[0];
}

/** Subcommands throw and write like the program itself: commander copies settings only to commands made after them. */
function inheritSettings(program: Command): void {
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    inheritSettings(command);
  }
}
