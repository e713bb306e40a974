/** Loops on a database in memory, with what a test registers and runs, looked at. */
import { writeFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { isoTime } from "../../../src/clock.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import { lookAtLoops } from "../../../src/loop/look/look-at-loops.ts";
import type { LoopExecution, Outcome } from "../../../src/loop/loop-execution.ts";
import type { LoopRecord, Turn } from "../../../src/loop/loop-record.ts";
import { type LoopTask, taskKey } from "../../../src/loop/loop-task.ts";
import type { Registration } from "../../../src/loop/registration.ts";
import { endOf, executionOf, makeLoopWorld, registrationOf } from "../../contracts/loop-world.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

export const NOW = Date.parse("2030-01-01T12:00:00.000Z");

export function makeLookWorld() {
  const clock = makeVirtualClock(NOW);
  const db = openDatabase(":memory:");
  onTestFinished(() => db.close());
  const { store, files } = makeEmbeddedLoops(db, { clock, folder: temporaryFolder() });
  const world = makeLoopWorld({ store, files, pass: clock.advance, tries: 1, close: () => {} });
  const look = lookAtLoops(store, files, clock);

  async function register(tasks: readonly LoopTask[], change: Partial<Registration> = {}): Promise<void> {
    await store.register(registrationOf("debr", { tasks, dependencies: {}, ...change }));
  }

  /** Runs it from now on for so long, with the time passing. */
  async function run(task: LoopTask, outcome: Outcome, durationMs = 1000, change: Partial<LoopExecution> = {}) {
    const execution = await begin(task, change);
    clock.advance(durationMs);
    const driven = await world.drive(task.loop);
    const end = endOf(outcome, { endedAt: isoTime(clock.now()), durationMs });
    await driven.write({ end: { execution: execution.id, end } }, { running: undefined });
    return execution;
  }

  async function begin(task: LoopTask, change: Partial<LoopExecution> = {}) {
    const driven = await world.drive(task.loop);
    const execution = executionOf(task, { startedAt: isoTime(clock.now()), ...change });
    return world.run(driven, execution);
  }

  /** The loop's record, as its driver would have written it. */
  async function record(loop: string, change: Partial<LoopRecord>): Promise<void> {
    await (await world.drive(loop)).write({}, { iteration: 1, ...change });
  }

  async function writeLog(execution: string, ...messages: string[]): Promise<void> {
    const { log } = await files.open(execution);
    const lines = messages.map((message, index) => `${isoTime(clock.now() + index)} ${message}\n`);
    writeFileSync(log, lines.join(""), { flag: "a" });
    clock.advance(messages.length);
  }

  return { clock, store, files, look, register, run, begin, record, writeLog };
}

export function turnsOf(...turns: readonly (readonly [task: LoopTask, state: Turn["state"]])[]): readonly Turn[] {
  return turns.map(([task, state]) => ({ task: taskKey(task), state }));
}
