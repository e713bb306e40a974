import { Command } from "commander";
import { expect, test } from "vitest";
import { parameterFlags } from "../../src/cli/feeder/parameter-flags.ts";

test("a parameter is an option in the way in which options are written", () => {
  const names = ["url", "max_items_batch", "maxItems", "Records", "s3urls"];
  const properties = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
  const flags = parameterFlags({ properties }, new Command(), () => "");
  expect(flags.map(({ option }) => option.long)).toEqual([
    "--url",
    "--max-items-batch",
    "--max-items",
    "--records",
    "--s3urls",
  ]);
});

test("what may be given is said where there is a choice, and of lists what they are made of", () => {
  const properties = {
    period: { type: "string", enum: ["hour", "day"], default: "day", description: "What a payload is of." },
    bbox: { type: "array", items: { type: "number" } },
    keys: { type: "array", items: { type: "string" } },
  };
  const flags = parameterFlags({ properties }, new Command(), () => "");
  expect(flags.map(({ option }) => `${option.flags} ${option.description}`)).toEqual([
    '--period <text> What a payload is of (one of hour, day; default: "day")',
    "--bbox <numbers>  (again for more)",
    "--keys <text>  (again for more)",
  ]);
});
