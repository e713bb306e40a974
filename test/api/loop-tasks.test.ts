import { expect, test } from "vitest";
import type { ApiLoops } from "../../src/api/ports.ts";
import { loopTaskList } from "../../src/api/shapes/loops.ts";
import { loopFolder, loopTask } from "../cli/loop-folder.ts";
import { makeApiWorld } from "./api-world.ts";

test("the newest outcomes of a task are read once, and again when one has begun or ended", async () => {
  const [first, second] = [loopTask("zzebu/first"), loopTask("zzebu/second")];
  const { store, ran } = await loopFolder([first, second, loopTask("zzebu/never")]);
  const read: (string | undefined)[] = [];
  const counting: ApiLoops["store"] = {
    ...store,
    executions(query) {
      read.push(query.task);
      return store.executions(query);
    },
  };
  // Tasks are shown without their files.
  const files = {} as ApiLoops["files"];
  const world = makeApiWorld({ ports: { loops: { store: counting, files, resolveCommit: async () => undefined } } });
  const outcomes = async () => {
    const { tasks } = await world.get("/v1/loops/tasks", loopTaskList);
    return tasks.map(({ task, recent }) => [task, recent.map(({ outcome }) => outcome)]);
  };
  await ran(first, "SUCCEEDED");
  await ran(second, "FAILED");
  const before = [
    ["zzebu/first", ["SUCCEEDED"]],
    ["zzebu/never", []],
    ["zzebu/second", ["FAILED"]],
  ];
  expect(await outcomes()).toEqual(before);
  expect(await outcomes()).toEqual(before);
  expect(read.splice(0)).toEqual(["zzebu/first", "zzebu/second"]);

  await ran(second, "SUCCEEDED");
  expect((await outcomes()).at(-1)).toEqual(["zzebu/second", ["FAILED", "SUCCEEDED"]]);
  await ran(second);
  expect((await outcomes()).at(-1)).toEqual(["zzebu/second", ["FAILED", "SUCCEEDED"]]);
  expect(read).toEqual(["zzebu/second", "zzebu/second"]);
});
