import { expect, it } from "vitest";
import { runDeeds } from "../../../dashboard/src/views/bulk-run/run-deeds.ts";

const counts = { QUEUED: 3, RUNNING: 1, DONE: 5, FAILED: 1200, CANCELLED: 0 };
const none = { ...counts, QUEUED: 0, FAILED: 0 };
const deeds = (run: Parameters<typeof runDeeds>[0]) => runDeeds(run).map(({ deed }) => deed);

it("offers of a run what it can do as it stands", () => {
  expect(deeds({ state: "OPEN", counts })).toEqual(["retry-failed", "stop", "purge"]);
  expect(deeds({ state: "STOPPED", counts })).toEqual(["retry-failed", "resume", "purge"]);
  expect(deeds({ state: "FINISHED", counts: { ...counts, QUEUED: 0 } })).toEqual(["retry-failed"]);
});

it("offers nothing that would be refused or would do nothing", () => {
  expect(deeds({ state: "LOADING", counts })).toEqual([]);
  expect(deeds({ state: "FINISHED", counts: none })).toEqual([]);
  expect(deeds({ state: "OPEN", counts: none })).toEqual(["stop"]);
});

it("says how many it is about", () => {
  expect(runDeeds({ state: "FINISHED", counts: { ...counts, QUEUED: 0 } })[0]?.label).toBe(
    "Retry the 1,200 that failed",
  );
});
