/** `cirrus loop check`: what is wrong before it is merged, and what would run in which loop in which order. */
import { Option } from "commander";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { readRegistration } from "../../loop/registry/read-registration.ts";
import type { Repository, Sources } from "../../loop/sources.ts";
import type { Register } from "../commands.ts";
import { loopData } from "../place/loop-place.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { refuseNothing, reportCheck } from "./check-report.ts";
import { addRepositories, isFolder, repositoriesOf } from "./repositories.ts";

interface CheckOptions extends OutputOptions {
  readonly branch?: string;
  readonly commit?: string;
  readonly strict?: boolean;
}

export const registerCheck: Register = (command, io, exit) => {
  addFormats(addRepositories(command), ["table", "json"])
    .description("Find everything that is wrong with what a repository registers, as its files lie there now.")
    .addOption(new Option("--commit <name>", "a commit, instead of the files as they lie there").conflicts("branch"))
    .option("--strict", "warnings are errors")
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: CheckOptions) => {
      const repositories = toCheck(io, words, options);
      const { openSources } = await import("../../scheduler/open-sources.ts");
      const { makeNotebookCheck } = await import("../../notebook/check-notebooks.ts");
      const sources = atCommit(openSources(loopData(io)), options.commit);
      const ports = { sources, notebooks: makeNotebookCheck(), clock: systemClock };
      const registration = await readRegistration(ports, repositories);
      // A file may hold dependencies alone: there is nothing wrong with it.
      if (registration.problems.length > 0) refuseNothing(registration);
      exit(reportCheck(io, registration, { format: formatOf(options), strict: options.strict ?? false }));
    });
};

const EXAMPLES = `
Exits with 3 where there are errors, with 0 where there are only warnings.

Examples:
  cirrus loop check
  cirrus loop check --strict -o json
  cirrus loop check --branch main https://example.com/group/notebooks.git`;

/** Folders as they lie there, unless a commit is named: what is to be merged is not on the branch yet. */
function toCheck(io: Io, words: readonly string[], options: CheckOptions): readonly Repository[] {
  const { branch, commit } = options;
  const committed = branch !== undefined || commit !== undefined;
  const repositories = repositoriesOf(io, words, { ...(branch === undefined ? {} : { branch }), worktree: !committed });
  return repositories.map(({ worktree, ...repository }) =>
    worktree && isFolder(repository.location) ? { ...repository, worktree } : repository,
  );
}

/** The same repositories at another commit than that of their branch. */
function atCommit(sources: Sources, name: string | undefined): Sources {
  if (name === undefined) return sources;
  return {
    ...sources,
    async head(repository) {
      const commit = await sources.resolve(repository, name);
      if (commit !== undefined) return { branch: name, commit };
      throw new CirrusError(`There is no commit ${name} in ${repository.location}.`, {
        hint: "Give the beginning of its hash, a tag or a branch.",
        exitCode: EXIT.notFound,
      });
    },
  };
}
