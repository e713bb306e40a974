import { describe, expect, test } from "vitest";
import * as z from "zod";
import { CONSTRAINTS, constraintProblems } from "../../../src/pool/plan/constraints.ts";

const shape = Object.entries(CONSTRAINTS).map(([name, constraint]) => [name, constraint.schema.optional()]);
const schema = z.strictObject(Object.fromEntries(shape));

describe("constraints", () => {
  test("are read as people write them", () => {
    const read = schema.parse({
      architecture: "X86_64",
      instanceTypes: "m[67] c7.{1,9}, r7",
      maxInstances: 5,
      minMemoryPerCpu: 4,
      maxTotalPricePerHour: 1.0,
      useSpot: true,
    });
    expect(read).toMatchObject({ architecture: "x86_64", instanceTypes: ["m[67]", "c7.{1,9}", "r7"] });
  });

  test("of the wrong kind are all named at once", () => {
    const wrong = { architecture: "mips", instanceTypes: ["m6", "("], maxInstances: 0, onDemandShare: 2, cpu: 1 };
    const messages = schema.safeParse(wrong).error?.issues.map(({ message }) => message);
    expect(messages).toEqual([
      "expected x86_64 or arm64",
      "( is no regular expression",
      "expected a whole number from 1",
      "expected a share from 0 to 1",
      'Unrecognized key: "cpu"',
    ]);
  });

  test("that contradict each other are all named at once", () => {
    const problems = constraintProblems({
      minInstances: 5,
      maxInstances: 4,
      minCpu: 2,
      maxCpu: 2,
      minTotalPricePerHour: 3,
      maxTotalPricePerHour: 2.5,
      startupScript: "true",
      startupScriptFile: "start.sh",
      setupScript: "true",
      setupScriptFile: "setup.sh",
    });
    expect(problems.map(({ path, message }) => [path, message])).toEqual([
      ["minInstances", "min-instances 5 is more than max-instances 4"],
      ["minTotalPricePerHour", "min-total-price-per-hour 3 is more than max-total-price-per-hour 2.5"],
      ["startupScriptFile", "startup-script and startup-script-file exclude each other"],
      ["setupScriptFile", "setup-script and setup-script-file exclude each other"],
    ]);
  });
});
