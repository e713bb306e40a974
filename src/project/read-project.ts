/** Reads a whole project; everything that is wrong with it comes back in one go, each problem with its place. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Problem } from "../errors.ts";
import { mergeLayers } from "./definitions/folders.ts";
import { readComponents } from "./definitions/read-components.ts";
import { type ConfigOptions, readConfig } from "./definitions/read-config.ts";
import { readResources } from "./definitions/read-resources.ts";
import { readWorkflows } from "./definitions/read-workflows.ts";
import type { Layer, Reading } from "./definitions/reading.ts";
import type { Component, Kind, Project } from "./project.ts";
import { makeMayDeclare } from "./unread.ts";

export interface ReadOptions extends ConfigOptions {
  /** The folder whose parts come first; the package's own unless a test says otherwise. */
  readonly builtIns?: string | undefined;
  /** Reads these alone, for who only looks at them: the other maps stay empty, and their problems unfound. */
  readonly only?: readonly ReadablePart[] | undefined;
}

export type ReadablePart = "tasks" | "feeders" | "functions" | "workflows" | "resources";

/** The project holds what could be read; whoever runs or deploys it refuses to while there are problems. */
export function readProject(
  folder: string,
  options: ReadOptions,
): { readonly project: Project; readonly problems: readonly Problem[] } {
  const root = realpathSync(resolve(folder));
  const problems: Problem[] = [];
  const report = (problem: Problem) => void problems.push(problem);
  const layers = listLayers(root, realpathSync(options.builtIns ?? PACKAGE_FOLDER));
  const builtIns = layers.find(({ source }) => source === "built-in")?.folder;
  const { config, variables } = readConfig(root, options, report, builtIns);
  const reading: Reading = { root, config, variables, report, layers };

  const layersOf = (part: ReadablePart) => (options.only?.includes(part) === false ? [] : layers);
  const tasks = readKind("task", layersOf("tasks"), reading);
  const feeders = readKind("feeder", layersOf("feeders"), reading);
  const functions = readKind("function", layersOf("functions"), reading);
  const workflows = mergeLayers(
    "workflows",
    "workflow",
    layersOf("workflows").flatMap((layer) => readWorkflows(layer, reading)),
  );
  const components = [tasks, feeders, functions].flatMap(({ merged }) => [...merged.values()]);
  refuseSharedNames(components, report);
  const { resources, notices } = readResources(layersOf("resources"), components, reading);
  const project: Project = {
    root,
    config,
    tasks: tasks.merged,
    feeders: feeders.merged,
    functions: functions.merged,
    workflows: workflows.merged,
    resources,
    mayDeclare: makeMayDeclare(root, problems),
    notices: [tasks, feeders, functions, workflows].flatMap((kind) => kind.notices).concat(notices),
  };
  return { project, problems };
}

/** `src/project` in the checkout and `dist/project` in the published package are both two folders down. */
const PACKAGE_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** The package itself is a project whose parts are the built-in ones: then there is nothing to replace. */
function listLayers(root: string, builtIns: string): Layer[] {
  const own: Layer = { folder: root, source: "project" };
  return root === builtIns ? [own] : [{ folder: builtIns, source: "built-in" }, own];
}

function readKind(kind: Kind, layers: readonly Layer[], reading: Reading) {
  const parts = layers.flatMap((layer) => readComponents(kind, layer, reading));
  return mergeLayers(`${kind}s`, kind, parts);
}

/** The Lambda of a component is called after its folder, whatever its kind. */
function refuseSharedNames(components: readonly Component[], report: (problem: Problem) => void): void {
  const owners = new Map<string, Component>();
  for (const component of components.filter(({ lambda }) => lambda?.enabled)) {
    const owner = owners.get(component.name);
    if (owner !== undefined) {
      const message = `The ${component.kind} ${component.name} has the name of the ${owner.kind} in ${owner.shown}`;
      const hint = "Rename one of the two folders: each Lambda is called after its folder.";
      report({ code: "duplicate-name", message, file: component.shown, line: 1, column: 1, hint });
    }
    owners.set(component.name, component);
  }
}
