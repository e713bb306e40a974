/**
 * The keys of the table of loops.
 *
 * | pk | sk | what |
 * | --- | --- | --- |
 * | `loops` | `<loop>` | that there is a loop of this name |
 * | `loop/<loop>` | `loop` | the loop: its record, and who holds it |
 * | `organisations` | `<codops>` | that tasks of this organisation have run |
 * | `tasks/<codops>` | `<name>` | what became of a task |
 * | `executions/<codops>/<name>` | `<execution>` | an execution |
 * | `organisation/<codops>` | `<execution>` | that the organisation has this execution, and how it ended |
 * | `execution/<execution>` | `execution` | which task it is of, and what it returned |
 * | `registrations` | `newest`, `<registration>` | which one is the newest; each of them |
 * | `requests` | `<kind>/<target>` | what an operator asked for |
 *
 * DynamoDB writes 1,000 units a second under one `pk`. What is written with every turn is of one loop, one task or one
 * organisation, which do one thing after the other; what all of them share is written when something new comes up.
 * IDs of executions are in the order of their starts, and so are their items.
 */
import { type Item, toItem } from "../state/attribute-values.ts";

/** The range of all sort keys. */
export const EVERYTHING = { from: " ", to: "\u{10FFFF}" } as const;

export const LOOPS = "loops";
export const ORGANISATIONS = "organisations";
export const REGISTRATIONS = "registrations";
export const REQUESTS = "requests";

export function loopListing(loop: string): Item {
  return toItem({ pk: LOOPS, sk: loop });
}

export function loopKey(loop: string): Item {
  return toItem({ pk: `loop/${loop}`, sk: "loop" });
}

export function organisationListing(codops: string): Item {
  return toItem({ pk: ORGANISATIONS, sk: codops });
}

export function tasksOf(codops: string): string {
  return `tasks/${codops}`;
}

/** `task`: `codops/name` */
export function taskItemKey(task: string): Item {
  const { codops, name } = partsOf(task);
  return toItem({ pk: tasksOf(codops), sk: name });
}

export function executionsOf(task: string): string {
  return `executions/${task}`;
}

export function executionKey(task: string, id: string): Item {
  return toItem({ pk: executionsOf(task), sk: id });
}

export function entriesOf(codops: string): string {
  return `organisation/${codops}`;
}

export function entryKey(codops: string, id: string): Item {
  return toItem({ pk: entriesOf(codops), sk: id });
}

export function locatorKey(id: string): Item {
  return toItem({ pk: `execution/${id}`, sk: "execution" });
}

export const NEWEST = "newest";

/** `id`: or `newest`, which no hash is. */
export function registrationKey(id: string): Item {
  return toItem({ pk: REGISTRATIONS, sk: id });
}

export type RequestKind = "pause-loop" | "pause-task" | "run-now" | "pin" | "cancel";

export function requestKey(kind: RequestKind, target: string): Item {
  return toItem({ pk: REQUESTS, sk: `${kind}/${target}` });
}

/** No organisation has a slash in its code. */
export function partsOf(task: string): { readonly codops: string; readonly name: string } {
  const slash = task.indexOf("/");
  return { codops: task.slice(0, slash), name: task.slice(slash + 1) };
}
