/** What a store of loops must do for operators: keep what they ask for until it is taken back or answered. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Controls, Target } from "../../src/loop/controls.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import {
  COMMIT,
  endOf,
  executionOf,
  type LoopsUnderTest,
  type LoopWorld,
  type MakeLoops,
  makeLoopWorld,
  newCodops,
  requestOf,
  taskOf,
} from "./loop-world.ts";

export function describeLoopControls(make: MakeLoops): void {
  let under: LoopsUnderTest;
  let store: LoopStore;
  let world: LoopWorld;
  let codops: string;
  let task: string;
  beforeEach(async () => {
    under = await make();
    store = under.store;
    world = makeLoopWorld(under);
    codops = newCodops();
    task = `${codops}/train`;
  });
  afterEach(() => under.close());

  const loopControls = async () => (await store.controls()).loops[codops];
  const taskControls = async () => (await store.controls()).tasks[task];

  describe("what operators ask for", () => {
    test("nothing is there of what nobody asked for", async () => {
      const { loops, tasks, cancels }: Controls = await store.controls();
      expect([loops[codops], tasks[task], cancels[codops]]).toEqual([undefined, undefined, undefined]);
    });

    test("a loop is paused with a note, and resumed", async () => {
      const target: Target = { kind: "loop", loop: codops };
      const request = requestOf({ note: "until the disk is larger" });
      expect(await store.resume(target)).toBe(false);
      await store.pause(target, request);
      expect(await loopControls()).toEqual({ pause: request });
      expect(await taskControls()).toBeUndefined();
      expect(await store.resume(target)).toBe(true);
      expect((await loopControls())?.pause).toBeUndefined();
      expect(await store.resume(target)).toBe(false);
    });

    test("a task is paused with a note, and resumed", async () => {
      const target: Target = { kind: "task", task };
      const request = requestOf();
      expect(await store.resume(target)).toBe(false);
      await store.pause(target, request);
      expect(await taskControls()).toEqual({ pause: request });
      expect(await store.resume(target)).toBe(true);
      expect((await taskControls())?.pause).toBeUndefined();
    });

    test("a request without a note has none", async () => {
      const { note: _, ...request } = requestOf();
      await store.pause({ kind: "task", task }, request);
      expect(await taskControls()).toEqual({ pause: request });
    });

    test("a second pause takes the place of the first", async () => {
      const [first, second] = [requestOf(), requestOf({ note: "for another reason" })];
      for (const request of [first, second]) await store.pause({ kind: "task", task }, request);
      expect(await taskControls()).toEqual({ pause: second });
    });

    test("a task is to run now until that begins; a second request before is the same one", async () => {
      const [first, second] = [requestOf(), requestOf()];
      await store.runNow(task, first);
      await store.runNow(task, second);
      expect(await taskControls()).toEqual({ runNow: first });
      const driven = await world.drive(codops);
      const execution = executionOf(taskOf(codops, "train"), { trigger: "run-now" });
      await driven.write({ begin: execution, answered: { task, request: first.id } });
      expect((await taskControls())?.runNow).toBeUndefined();
      await store.runNow(task, second);
      expect((await taskControls())?.runNow).toEqual(second);
    });

    test("a request that came after the one that was answered stays", async () => {
      const [answered, later] = [requestOf(), requestOf()];
      await store.runNow(task, later);
      const driven = await world.drive(codops);
      const begin = executionOf(taskOf(codops, "train"));
      expect(await driven.write({ begin, answered: { task, request: answered.id } })).toBe(true);
      expect((await taskControls())?.runNow).toEqual(later);
    });

    test("a holder whose fence is old answers nothing", async () => {
      const request = requestOf();
      await store.runNow(task, request);
      const driven = await world.drive(codops);
      await store.release(codops, driven.fence);
      const begin = executionOf(taskOf(codops, "train"));
      expect(await driven.write({ begin, answered: { task, request: request.id } })).toBe(false);
      expect((await taskControls())?.runNow).toEqual(request);
    });

    test("a task is pinned to a commit, to another one, and to none", async () => {
      const [first, second] = [requestOf(), requestOf()];
      expect(await store.unpin(task)).toBe(false);
      await store.pin(task, COMMIT, first);
      expect(await taskControls()).toEqual({ pin: { ...first, commit: COMMIT } });
      await store.pin(task, "beef", second);
      expect(await taskControls()).toEqual({ pin: { ...second, commit: "beef" } });
      expect(await store.unpin(task)).toBe(true);
      expect((await taskControls())?.pin).toBeUndefined();
    });

    test("one request for a task leaves the others as they are", async () => {
      const [pause, runNow, pin] = [requestOf(), requestOf(), requestOf()];
      await store.pause({ kind: "task", task }, pause);
      await store.runNow(task, runNow);
      await store.pin(task, COMMIT, pin);
      expect(await taskControls()).toEqual({ pause, runNow, pin: { ...pin, commit: COMMIT } });
      await store.unpin(task);
      await store.resume({ kind: "task", task });
      expect((await taskControls())?.runNow).toEqual(runNow);
    });

    test("an execution is to end until it has; the first who asked is who asked", async () => {
      const driven = await world.drive(codops);
      const execution = await world.run(driven, executionOf(taskOf(codops, "train")));
      const request = requestOf();
      expect(await store.cancel(execution.id, request)).toBe(true);
      expect(await store.cancel(execution.id, requestOf())).toBe(true);
      expect((await store.controls()).cancels[execution.id]).toEqual(request);
      await driven.write({ end: { execution: execution.id, end: endOf("CANCELLED") } });
      expect((await store.controls()).cancels[execution.id]).toBeUndefined();
    });

    test("what has ended, or was never begun, cannot be cancelled", async () => {
      const driven = await world.drive(codops);
      const ended = await world.run(driven, executionOf(taskOf(codops, "train")), endOf("SUCCEEDED"));
      const unknown = executionOf(taskOf(codops, "train"));
      expect(await store.cancel(ended.id, requestOf())).toBe(false);
      expect(await store.cancel(unknown.id, requestOf())).toBe(false);
      const { cancels } = await store.controls();
      expect([cancels[ended.id], cancels[unknown.id]]).toEqual([undefined, undefined]);
    });
  });
}
