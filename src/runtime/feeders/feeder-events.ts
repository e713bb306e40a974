/** What calls a project's feeders, as `lambda.events` of their definitions say it. */
import { isJsonObject, type Json } from "../../json.ts";
import { makeLocalScope } from "../../project/local/local-scope.ts";
import type { Component, Project } from "../../project/project.ts";

export interface FeederEvent {
  readonly feeder: string;
  /** In the terms of the Serverless Framework: `schedule`, `s3`, `sns` … */
  readonly kind: string;
  /** With its variables filled in; undefined where that can only be done on AWS. */
  readonly event: Json | undefined;
  /** False where a part of it could not be filled in. */
  readonly isWhole: boolean;
}

export function allFeederEvents(project: Project): readonly FeederEvent[] {
  // What is wrong with a definition is reported where the project is bound.
  const scope = makeLocalScope(project, () => {});
  return [...project.feeders.values()].filter(isCalled).flatMap((feeder) =>
    eventsOf(feeder).flatMap((written, index) =>
      Object.entries(isJsonObject(written) ? written : {}).map(([kind, value]) => {
        const { resolve, failed } = scope.at(feeder, "quiet");
        const event = resolve(value ?? null, ["lambda", "events", index, kind]);
        return { feeder: feeder.name, kind, event, isWhole: !failed() };
      }),
    ),
  );
}

/** Those of one kind that can be told of here. */
export function feederEvents(project: Project, kind: string): readonly (FeederEvent & { readonly event: Json })[] {
  return allFeederEvents(project).flatMap((one) => {
    const { event } = one;
    return one.kind === kind && event !== undefined ? [{ ...one, event }] : [];
  });
}

function isCalled({ enabled, lambda }: Component): boolean {
  return enabled && lambda?.enabled === true;
}

function eventsOf({ lambda }: Component): readonly Json[] {
  const events = lambda?.settings.events;
  return Array.isArray(events) ? events : [];
}
