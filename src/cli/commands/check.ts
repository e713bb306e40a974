/** `cirrus check`: every problem of the project in one go, with its place and what to do. */
import { systemClock } from "../../clock.ts";
import { EXIT } from "../../errors.ts";
import { askOnce } from "../../project/parameters/ask-once.ts";
import { describeUnloaded, findUnloadedHandlers } from "../../project/parameters/unloaded-handlers.ts";
import { shortWindows } from "../../runtime/feeders/schedules/short-windows.ts";
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
  addStageOptions(addFormats(command, ["table", "json"])).action(async (options: StageOptions & OutputOptions) => {
    const { project, problems: read } = findProject(io, options);
    const ask = askOnce();
    const problems = await checkProject(project, read, ask);
    if (formatOf(options) === "json") io.stdout.write(`${JSON.stringify(problems, null, 2)}\n`);
    else io.stdout.write(renderProblems(io, io.stdout, problems));
    const unloaded = (await findUnloadedHandlers(project, ask)).filter(
      ({ file }) => !problems.some((one) => one.file === file),
    );
    for (const warning of describeUnloaded(unloaded)) {
      io.stderr.write(`${paint(io, io.stderr, "yellow", "warning:")} ${warning}\n`);
    }
    for (const notice of [...project.notices, ...shortWindows(project, systemClock.now())])
      io.stderr.write(`${paint(io, io.stderr, "dim", notice)}\n`);
    io.stderr.write(`${summariseCheck(io, project, problems)}\n`);
    exit(problems.length === 0 ? EXIT.ok : EXIT.config);
  });
};
