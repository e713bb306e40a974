/** `cirrus check`: every problem of the project in one go, with its place and what to do. */
import { EXIT } from "../../errors.ts";
import { checkProject, summariseCheck } from "../checks.ts";
import type { Register } from "../commands.ts";
import { findProject, type StageOptions } from "../place/find-project.ts";
import { addStageOptions } from "../place/stage-options.ts";
import { paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { renderProblems } from "../terminal/problems.ts";

export const register: Register = (command, io, exit) => {
  command.description(
    "Find everything that is wrong with the project: definitions, state machines, references, example payloads, what would be deployed.",
  );
  addStageOptions(addFormats(command, ["table", "json"])).action((options: StageOptions & OutputOptions) => {
    const { project, problems: read } = findProject(io, options);
    const problems = checkProject(project, read);
    if (formatOf(options) === "json") io.stdout.write(`${JSON.stringify(problems, null, 2)}\n`);
    else io.stdout.write(renderProblems(io, io.stdout, problems));
    for (const notice of project.notices) io.stderr.write(`${paint(io, io.stderr, "dim", notice)}\n`);
    io.stderr.write(`${summariseCheck(io, project, problems)}\n`);
    exit(problems.length === 0 ? EXIT.ok : EXIT.config);
  });
};
