/** Tells of what a command threw: what happened, where, and what to do next; for programs as one line of JSON. */
import { CirrusError, describeError, EXIT, type ExitCode, ProblemsError } from "../../errors.ts";
import { type Io, paint } from "./io.ts";
import { renderProblems } from "./problems.ts";

/** The stack comes only with `--debug`. Where the data was asked for as JSON the error is JSON too. */
export function reportError(thrown: unknown, args: readonly string[], io: Io): ExitCode {
  const exitCode = thrown instanceof CirrusError ? thrown.exitCode : EXIT.failed;
  if (asksForJson(args)) io.stderr.write(`${JSON.stringify(errorObject(thrown, exitCode))}\n`);
  else writeError(thrown, args.includes("--debug"), io);
  return exitCode;
}

function asksForJson(args: readonly string[]): boolean {
  return args.some((arg, index) => {
    const format = arg === "-o" || arg === "--output" ? args[index + 1] : arg.replace(/^(-o|--output=)/, "");
    return arg === "--json" || (format !== arg && (format === "json" || format === "jsonl"));
  });
}

function errorObject(thrown: unknown, exitCode: ExitCode) {
  const { error, cause } = describeError(thrown);
  const { where, hint } = thrown instanceof CirrusError ? thrown : {};
  const problems = thrown instanceof ProblemsError ? thrown.problems : undefined;
  return { error: { name: error, message: cause, where, hint, problems, exitCode } };
}

function writeError(thrown: unknown, debug: boolean, io: Io): void {
  const { error, cause } = describeError(thrown);
  const known = thrown instanceof CirrusError;
  const label = paint(io, io.stderr, "red", "error:");
  io.stderr.write(`${label} ${known ? cause : `${error}: ${cause}`}\n`);
  if (thrown instanceof ProblemsError) io.stderr.write(renderProblems(io, io.stderr, thrown.problems));
  if (known && thrown.where) io.stderr.write(`  at ${thrown.where}\n`);
  if (known && thrown.hint) io.stderr.write(`  ${thrown.hint}\n`);
  if (debug && thrown instanceof Error) io.stderr.write(`${thrown.stack}\n`);
  else if (!known) io.stderr.write("  Run the command again with --debug to see where it comes from.\n");
}
