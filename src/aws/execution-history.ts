/**
 * Step Functions' history events in the port's form. An event names only the event before it; where it stands in the
 * machine (states, branches, iterations) is followed from one to the next.
 */
import type { HistoryEvent as SfnEvent } from "@aws-sdk/client-sfn";
import type { HistoryEvent } from "../executions/executions.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** The machine itself, a branch of a Parallel, or an iteration of a Map. */
interface Scope {
  readonly path: string;
  /** The Parallel's or Map's stay that it belongs to. */
  readonly owner: Stay | undefined;
  /** How often each of its states was entered. */
  readonly visits: Map<string, number>;
}

/** One stay in a state. */
interface Stay {
  readonly type: string;
  readonly name: string;
  readonly path: string;
  readonly scope: Scope;
  attempt: number;
  branches: number;
}

/** Where an event stands: its stay, or between two stays of a scope. */
interface Place {
  readonly scope: Scope;
  readonly stay: Stay | undefined;
  /** Its branches begin here: a state that is entered now is the first of one. */
  readonly branching?: boolean;
}

/** The reader must be given every event of one execution, in order. */
export function makeHistoryReader(): (event: SfnEvent) => HistoryEvent {
  const machine: Place = { scope: makeScope("", undefined), stay: undefined };
  const places = new Map<number, Place>();
  return (event) => {
    const { id = 0, previousEventId = 0, type = "", timestamp } = event;
    const details = detailsOf(event);
    const place = follow(places.get(previousEventId) ?? machine, type, details);
    places.set(id, place);
    const path = isOfExecution(type) ? "" : (place.stay?.path ?? place.scope.path);
    const { stay } = place;
    return {
      id,
      previousId: previousEventId,
      type,
      at: (timestamp ?? new Date(0)).toISOString(),
      path,
      details: { ...(isAttempt(type) && stay && { name: stay.name, attempt: stay.attempt }), ...details },
    };
  };
}

function follow(before: Place, type: string, details: JsonObject): Place {
  const name = typeof details.name === "string" ? details.name : "";
  if (type.endsWith("StateEntered")) {
    return enter(before.branching ? nextBranch(before) : before.scope, type, name);
  }
  if (type.endsWith("StateExited")) return climb(before, (stay) => stay.name === name);
  if (type === "MapIterationStarted") {
    const { stay } = climb(before, (one) => one.name === name);
    return { scope: makeScope(`${stay ? baseOf(stay) : ""}/${Number(details.index)}`, stay), stay: undefined };
  }
  // Its failure or success is an event of the iteration that just ended.
  if (type.startsWith("MapIteration")) return { scope: scopeOf(before, name), stay: undefined };
  if (/^(?:Parallel|Map)State/.test(type)) {
    const kind = type.startsWith("Map") ? "Map" : "Parallel";
    const found = climb(before, (stay) => stay.type.startsWith(kind));
    return type.endsWith("StateStarted") ? begin(found) : found;
  }
  if (isSchedule(type) && before.stay) before.stay.attempt += 1;
  return before;
}

function enter(scope: Scope, type: string, name: string): Place {
  const count = (scope.visits.get(name) ?? 0) + 1;
  scope.visits.set(name, count);
  // A slash separates the levels of a path.
  const path = `${scope.path}/${name.replaceAll("%", "%25").replaceAll("/", "%2F")}#${count}`;
  return { scope, stay: { type, name, path, scope, attempt: 0, branches: 0 } };
}

/** The branches are numbered as they begin. */
function begin({ scope, stay }: Place): Place {
  if (stay) Object.assign(stay, { attempt: stay.attempt + 1, branches: 0 });
  return { scope, stay, branching: true };
}

function nextBranch({ scope, stay }: Place): Scope {
  if (!stay) return scope;
  stay.branches += 1;
  return makeScope(`${baseOf(stay)}/${stay.branches - 1}`, stay);
}

/** The branches of each attempt are others. */
function baseOf({ path, attempt }: Stay): string {
  return attempt > 1 ? `${path}~${attempt}` : path;
}

/** The nearest stay, from the place outwards, that is meant. */
function climb(place: Place, isMeant: (stay: Stay) => boolean): Place {
  const { stay, scope } = place;
  if (stay && isMeant(stay)) return { scope: stay.scope, stay };
  const { owner } = scope;
  return owner ? climb({ scope: owner.scope, stay: owner }, isMeant) : place;
}

/** The iteration of the Map of that name that the place is in. */
function scopeOf({ scope }: Place, map: string): Scope {
  if (scope.owner === undefined || scope.owner.name === map) return scope;
  return scopeOf({ scope: scope.owner.scope, stay: scope.owner }, map);
}

function makeScope(path: string, owner: Stay | undefined): Scope {
  return { path, owner, visits: new Map() };
}

function isOfExecution(type: string): boolean {
  return type.startsWith("Execution");
}

/** What begins an attempt of a task. */
function isSchedule(type: string): boolean {
  return /^(?:Task|LambdaFunction|Activity)Scheduled$/.test(type);
}

function isAttempt(type: string): boolean {
  return /^(?:Task|LambdaFunction|Activity|ParallelState(?!E)|MapState(?!E))/.test(type);
}

/** The one member that holds the details of the event's type, its texts of JSON as values. */
function detailsOf(event: SfnEvent): JsonObject {
  const [, found] = Object.entries(event).find(([member, value]) => member.endsWith("EventDetails") && value) ?? [];
  if (!isJsonObject(found)) return {};
  const shown = Object.entries(found).filter(([member]) => !/^(?:in|out)putDetails$/.test(member));
  return Object.fromEntries(shown.map(([member, value]) => [member, HOLD_JSON.has(member) ? parse(value) : value]));
}

const HOLD_JSON = new Set(["input", "output", "parameters"]);

function parse(value: Json | undefined): Json | undefined {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    // Cut by a limit of the service.
    return value;
  }
}
