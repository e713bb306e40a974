/** Small registrations, records and requests for the tests of turns. */
import type { Controls, TaskControls } from "../../../src/loop/controls.ts";
import { type LoopRecord, newLoop } from "../../../src/loop/loop-record.ts";
import type { LoopTask, TaskSettings } from "../../../src/loop/loop-task.ts";
import type { Registration } from "../../../src/loop/registration.ts";
import { COMMIT, registrationOf, requestOf, taskOf } from "../../contracts/loop-world.ts";

export { COMMIT, executionOf, requestOf } from "../../contracts/loop-world.ts";

export const NOW = Date.parse("2030-01-01T00:00:00.000Z");
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export const NO_CONTROLS: Controls = { loops: {}, tasks: {}, cancels: {} };

/** `debr/train`, in the loop of its organisation where no other is said. */
export function task(key: string, settings: Partial<TaskSettings> = {}, loop?: string): LoopTask {
  const [codops = "", name = ""] = key.split("/");
  const usual = taskOf(codops, name);
  return { ...usual, loop: loop ?? codops, settings: { ...usual.settings, ...settings } };
}

let registrations = 0;

export function registered(tasks: readonly LoopTask[], change: Partial<Registration> = {}): Registration {
  registrations += 1;
  return registrationOf("debr", { id: `registration-${registrations}`, tasks, ...change });
}

/** Whose iteration has these turns, all of them to come. */
export function iterating(loop: string, registration: Registration, keys: readonly string[]): LoopRecord {
  return {
    ...newLoop(loop),
    iteration: 1,
    iterationStartedAt: new Date(NOW).toISOString(),
    registration: registration.id,
    turns: keys.map((key) => ({ task: key, state: "PENDING" })),
    fruitless: 1,
  };
}

export function asked(tasks: Readonly<Record<string, TaskControls>>, paused: readonly string[] = []): Controls {
  return { loops: Object.fromEntries(paused.map((loop) => [loop, { pause: requestOf() }])), tasks, cancels: {} };
}

export const PAUSED: TaskControls = { pause: requestOf() };

export function runNow(id: string, at = "2030-01-01T00:00:00.000Z"): TaskControls {
  return { runNow: requestOf({ id, at }) };
}

export function pinned(commit: string): TaskControls {
  return { pin: { ...requestOf(), commit } };
}

export const OTHER_COMMIT = COMMIT.replaceAll("3", "4");
