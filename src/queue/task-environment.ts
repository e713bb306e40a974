/**
 * What a task of the project finds in its environment in a bulk run on this machine: what the shell has, and over that what
 * its jobs and Lambdas find here.
 */
import { mergeEnvironment, regionEnvironment } from "../project/local/local-environment.ts";
import { makeLocalScope } from "../project/local/local-scope.ts";
import type { Component, Project } from "../project/project.ts";
import { openDataDirectory } from "../runtime/data-directory.ts";
import { localSettings } from "../runtime/settings.ts";

type Environment = Readonly<Record<string, string>>;

export interface TaskPlace {
  /** All of it: names of buckets are references to resources. */
  readonly project: Project;
  readonly shell: Environment;
  /** The data directory. */
  readonly data: string;
}

export function taskEnvironment(task: Component, { project, shell, data }: TaskPlace): Environment {
  return {
    ...shell,
    ...regionEnvironment(project.config.region),
    ...mergeEnvironment(levelsOf(task, project), makeLocalScope(project, ignore)),
    ...localSettings(project, openDataDirectory(data)).environment,
  };
}

/** Of a command there is no Lambda whose environment it could have. */
function levelsOf(component: Component, { config }: Project) {
  const { bulk, lambda } = component;
  const levels = [
    { values: config.environment, place: config, path: ["provider", "environment"] },
    { values: component.environment, place: component, path: ["environment"] },
  ];
  if (bulk?.command !== undefined || lambda === undefined) return levels;
  return [...levels, { values: lambda.environment, place: component, path: ["lambda", "environment"] }];
}

/** A value that only AWS knows is left out; `cirrus check` tells of what is wrong. */
function ignore(): void {}
