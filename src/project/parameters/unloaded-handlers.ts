/** Says why handlers could not be loaded: nothing that is said to their tasks and feeders could be checked then. */
import { relative } from "node:path";
import { findHandlerFile } from "../../embedded/lambda/lambda-handler.ts";
import type { Component, Project } from "../project.ts";
import { handlerPlace } from "./handler-place.ts";
import { type AskParameters, askParameters } from "./read-parameters.ts";

export interface UnloadedHandler {
  /** From the project's root. */
  readonly file: string;
  readonly reason: string;
}

/** Of the project's own tasks and feeders; those that come with the package are tested with it. */
export async function findUnloadedHandlers(
  { root, tasks, feeders }: Project,
  ask: AskParameters = askParameters,
): Promise<readonly UnloadedHandler[]> {
  const own = [...tasks.values(), ...feeders.values()].filter(
    ({ source, uses, enabled }) => source === "project" && uses === undefined && enabled,
  );
  const { unloaded } = await ask(own);
  return [...unloaded].map(([component, reason]) => ({
    file: relative(root, fileOf(component)),
    reason: reason.replace(/^Error: /, "").replaceAll(`${root}/`, ""),
  }));
}

function fileOf(component: Component): string {
  const place = handlerPlace(component);
  return (place && findHandlerFile(place.directory, place.handler)) ?? component.directory;
}

/** One for each reason: before `npm install` it is the same for every handler there is. */
export function describeUnloaded(handlers: readonly UnloadedHandler[]): readonly string[] {
  const byReason = Map.groupBy(handlers, ({ reason }) => explain(reason));
  return [...byReason].map(([why, alike]) => {
    const [first, ...others] = alike.map(({ file }) => file);
    if (others.length === 0) return `${first} could not be loaded, so what is said to it was not checked: ${why}`;
    const named = alike.slice(0, MOST_NAMED).map(({ file }) => file);
    const more = alike.length > named.length ? ` and ${alike.length - named.length} more` : "";
    return `${alike.length} handlers could not be loaded, so what is said to them was not checked (${named.join(", ")}${more}): ${why}`;
  });
}

const MOST_NAMED = 3;

function explain(reason: string): string {
  const name = missingPackage(reason);
  if (name === undefined) return `${reason.replace(/\.$/, "")}.`;
  return `the package ${name} is not installed. Run npm install, or npm install ${name} where package.json does not name it.`;
}

/** As Node says it of what stands in an import. */
function missingPackage(reason: string): string | undefined {
  return /Cannot find package '([^']+)'/.exec(reason)?.[1];
}
