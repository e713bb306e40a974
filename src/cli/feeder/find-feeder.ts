/** The feeder that a command names, by the folder's name or without the `feed-` that those of the package begin with. */
import { CirrusError, EXIT } from "../../errors.ts";
import { nearest, suggest } from "../../nearest.ts";
import type { Component, Project } from "../../project/project.ts";
import { findProject, refuse } from "../place/find-project.ts";
import type { Io } from "../terminal/io.ts";

const PREFIX = "feed-";

export interface FoundFeeder {
  readonly project: Project;
  readonly feeder: Component;
}

/** What is wrong with other parts of the project harms nobody here. */
export function findFeeder(name: string, io: Pick<Io, "cwd" | "env">): FoundFeeder {
  const { project, problems } = findProject(io, {}, ["feeders", "resources"]);
  const { feeders } = project;
  const names = [name, `${PREFIX}${name}`];
  refuse(problems.filter(({ file = "" }) => file === "cirrus.yml" || names.some((one) => isOf(file, one))));
  const feeder = feeders.get(name) ?? feeders.get(`${PREFIX}${name}`);
  if (feeder) return { project, feeder };
  const short = [...feeders.keys()].map((key) => key.replace(PREFIX, ""));
  const known = nearest(name, short) === undefined ? suggest(name, feeders.keys()) : suggest(name, short);
  const hint = `${known ?? ""} Or make one: npx cirrus create feeder <name> "what it watches"`.trim();
  throw new CirrusError(`There is no feeder ${name} in this project.`, { hint, exitCode: EXIT.notFound });
}

function isOf(file: string, name: string): boolean {
  return file.startsWith(`feeders/${name}/`);
}
