/** What payloads say to tasks, checked before they are sent; what tasks would leave out in silence is told. */
import { type Problem, ProblemsError } from "../../errors.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import {
  checkTaskParameters,
  UNKNOWN_WORKFLOW,
  unknownParameters,
  unknownWorkflows,
} from "../../project/parameters/check-task-parameters.ts";
import type { Component, Project } from "../../project/project.ts";
import { findProject } from "../place/find-project.ts";
import { type Io, paint } from "../terminal/io.ts";
import { renderProblems } from "../terminal/problems.ts";
import type { SourcedPayload } from "./payload-files.ts";

/** Throws a ProblemsError for what would end FAILED or INVALID. `hint` says what to do where somebody knows better. */
export type ParameterCheck = (payloads: readonly SourcedPayload[], hint?: string) => Promise<void>;

export interface CheckOptions {
  /** Whether it is this project that runs the payloads: then a workflow that it does not have is one that there is not. */
  readonly runsHere?: boolean;
}

/** By the project around: where there is none, nothing is known. It is read once, however many payloads come. */
export function checkAround(io: Pick<Io, "cwd" | "env" | "stderr">, options: CheckOptions = {}): ParameterCheck {
  let check: ParameterCheck | undefined;
  return async (payloads, hint) => {
    if (findProjectRoot(io.cwd) === undefined) return;
    check ??= checkFor(io, findProject(io, {}, ["tasks", "workflows", "resources"]).project, options);
    await check(payloads, hint);
  };
}

export function checkFor(
  io: Pick<Io, "env" | "stderr">,
  project: Project,
  { runsHere = false }: CheckOptions = {},
): ParameterCheck {
  const warn = makeWarn(io);
  return async (payloads, hint) => {
    const findings = await checkTaskParameters(
      payloads.map(({ payload }) => payload),
      project,
    );
    const placed = (found: readonly (readonly Problem[])[]): readonly Problem[] =>
      found.flatMap((ones, index) => ones.map((one) => ({ ...one, file: payloads[index]?.source })));
    const warnings = Map.groupBy(placed(findings.map((found) => found.warnings)), ({ code }) =>
      code === UNKNOWN_WORKFLOW ? "workflows" : "rest",
    );
    if (!runsHere) warn("Sent to a workflow that does not exist, a payload ends FAILED:", warnings.get("workflows"));
    warn(NOT_READ, warnings.get("rest"));
    const workflows = runsHere ? placed(payloads.map(({ payload }) => unknownWorkflows(payload, project))) : [];
    const parameters = placed(findings.map((found) => found.problems));
    if (workflows.length + parameters.length === 0) return;
    throw new ProblemsError(
      headingOf(workflows, parameters),
      [...workflows, ...parameters],
      hint === undefined ? {} : { hint },
    );
  };
}

function headingOf(workflows: readonly Problem[], parameters: readonly Problem[]): string {
  if (parameters.length === 0) return "This is for a workflow that does not exist:";
  return workflows.length === 0 ? "This is not what the tasks take:" : "This cannot be run as it is:";
}

/** For a task alone: what other tasks of the payload's workflow take is none of its business. */
export async function warnOfUnknown(io: Pick<Io, "env" | "stderr">, task: Component, sourced: SourcedPayload) {
  const unknown = await unknownParameters(task, sourced.payload);
  makeWarn(io)(
    NOT_READ,
    unknown.map((one) => ({ ...one, file: sourced.source })),
  );
}

const NOT_READ = "Nothing reads this:";

/** Thousands of payloads of one template have the same: each is told once. */
function makeWarn({ env, stderr }: Pick<Io, "env" | "stderr">): (heading: string, found?: readonly Problem[]) => void {
  const told = new Set<string>();
  return (heading, found = []) => {
    const fresh = found.filter(({ path, message }) => {
      const text = `${path} ${message}`;
      return told.size < told.add(text).size;
    });
    if (fresh.length === 0) return;
    const label = paint({ env }, stderr, "yellow", "warning:");
    stderr.write(`${label} ${heading}\n${renderProblems({ env }, stderr, fresh)}`);
  };
}
