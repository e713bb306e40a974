/** Schedules of feed-rerun after which failures could be left out for good. */
import { expect, test } from "vitest";
import type { Json } from "../../../src/json.ts";
import { shortWindows } from "../../../src/runtime/feeders/schedules/short-windows.ts";
import { HANDLER, read } from "../../project/project-folder.ts";

const NOW = Date.parse("2030-01-15T10:00:00Z");

function notices(rate: string, input: Json, uses = "feed-rerun"): readonly string[] {
  const schedule = JSON.stringify({ rate, input });
  const { project } = read({
    "feeders/feed-rerun/definition.yml": "description: a\nlambda: {enabled: false}\n",
    "feeders/feed-rerun/handler.ts": HANDLER,
    "feeders/other/definition.yml": "description: a\nlambda: {enabled: false}\n",
    "feeders/other/handler.ts": HANDLER,
    "feeders/try-again/definition.yml": `uses: ${uses}\nlambda:\n  enabled: true\n  events:\n    - schedule: ${schedule}\n`,
  });
  return shortWindows(project, NOW);
}

test("one that looks back no further than to the run before is told of, with how far would do", () => {
  expect(notices("rate(6 hours)", { state: "FAILED", since: "6h" })).toEqual([
    "try-again looks back 6h and is called by rate(6 hours), up to 6h apart: where a run dies, what failed before it may " +
      "never be sent again. Write since: 24h: what runs again has not FAILED any more, so nothing is sent more often.",
  ]);
});

test.each([
  ["rate(6 hours)", { since: "11h" }, "looks back 11h and is called by rate(6 hours), up to 6h apart"],
  ["rate(5 minutes)", { since: "450s" }, "looks back 450s and is called by rate(5 minutes), up to 5m apart"],
  ["rate(1 day)", { since: "3d", until: "2d" }, "looks back 24h and is called by rate(1 day), up to 24h apart"],
  ["cron(0 6 ? * MON-FRI *)", { since: "2d" }, "up to 72h apart"],
  ["cron(0/30 8-17 * * ? *)", { since: "24h" }, "up to 870m apart"],
])("%s with %j is too short", (rate, input, told) => {
  expect(notices(rate, input)).toEqual([expect.stringContaining(told)]);
});

test.each([
  ["rate(6 hours)", { since: "12h" }],
  ["rate(6 hours)", { state: "FAILED" }],
  ["rate(6 hours)", { since: "2030-01-15T09:00:00Z" }],
  ["rate(6 hours)", { since: "24h", until: "2030-01-15T09:00:00Z" }],
  ["cron(0 6 ? * MON-FRI *)", { since: "1w" }],
  ["cron(0 6 1 1 ? 2031)", { since: "1h" }],
  ["rate(6 hours)", { since: "6h", replace: true }],
  ["rate(6 hours)", "6h"],
])("%s with %j is not told of", (rate, input) => {
  expect(notices(rate, input)).toEqual([]);
});

test("what other feeders look back at is theirs to know", () => {
  expect(notices("rate(6 hours)", { since: "6h" }, "other")).toEqual([]);
});
