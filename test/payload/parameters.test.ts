import { expect, test } from "vitest";
import { taskParameters } from "../../src/payload/parameters.ts";

const definition = {
  workflow: "cog",
  workflow_options: { nodata: 0, blocksize: 256 },
  tasks: { "convert-to-cog": { blocksize: 512 }, publish: {} },
};

test("a task's own parameters stand over those of the whole workflow", () => {
  expect(taskParameters(definition, "convert-to-cog")).toEqual({ nodata: 0, blocksize: 512 });
  expect(taskParameters(definition, "publish")).toEqual({ nodata: 0, blocksize: 256 });
});

test("a task that is not named has the workflow's parameters, whatever it is called", () => {
  expect(taskParameters(definition, "toString")).toEqual({ nodata: 0, blocksize: 256 });
  expect(taskParameters({ workflow: "cog" }, "publish")).toEqual({});
});
