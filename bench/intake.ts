/**
 * How many payloads a second `process` turns into executions when each call to AWS takes 10 ms, and how many calls and
 * dependent round trips that costs. The peer is the Python system, whose figures were counted and timed the same way.
 */
import { randomUUID } from "node:crypto";
import { renderTable } from "../src/cli/terminal/table.ts";
import { processRecords } from "../src/functions/process/process.ts";
import { extractRecords } from "../src/payload/extract.ts";
import { median } from "./figures.ts";
import { makeSlowPorts } from "./slow-ports.ts";

const LATENCY_MS = 10;
const BATCH = 10;
const BATCHES = 100;
const ROUNDS = 5;

function batchEvent(): unknown {
  return {
    Records: Array.from({ length: BATCH }, () => {
      const id = `S2A_${randomUUID()}`;
      const item = {
        type: "Feature",
        stac_version: "1.0.0",
        id,
        collection: "sentinel-2-l2a",
        properties: { datetime: "2026-01-01T00:00:00Z", filler: "x".repeat(1500) },
        geometry: null,
        links: [],
        assets: {},
      };
      const body = JSON.stringify({
        type: "FeatureCollection",
        features: [item],
        process: [{ workflow: "publish-only", tasks: {} }],
      });
      return { messageId: randomUUID(), body, eventSource: "aws:sqs", attributes: { ApproximateReceiveCount: "1" } };
    }),
  };
}

const slow = makeSlowPorts(LATENCY_MS);
await processRecords(extractRecords(batchEvent()), slow.ports);

const rates: number[] = [];
const cpu: number[] = [];
let calls = 0;
let roundTrips = 0;
for (let round = 0; round < ROUNDS; round++) {
  slow.reset();
  const before = performance.now();
  const cpuBefore = process.cpuUsage();
  for (let batch = 0; batch < BATCHES; batch++) {
    const outcomes = await processRecords(extractRecords(batchEvent()), slow.ports);
    const other = outcomes.find(({ outcome }) => outcome !== "started");
    if (other) throw new Error(`a payload was not started: ${"reason" in other ? other.reason : other.outcome}`);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  rates.push((BATCHES * BATCH) / ((performance.now() - before) / 1000));
  cpu.push((user + system) / 1000 / (BATCHES * BATCH));
  calls = [...slow.calls.values()].reduce((sum, count) => sum + count, 0) / (BATCHES * BATCH);
  roundTrips = slow.roundTrips() / BATCHES;
}

const rate = median(rates);
console.log(
  `process: ${ROUNDS} rounds of ${BATCHES} batches of ${BATCH} new payloads of 2 KB, ${LATENCY_MS} ms for each call, one batch at a time.\n`,
);
console.log(
  renderTable(
    [
      { title: "figure" },
      { title: "here", align: "right" },
      { title: "Python system", align: "right" },
      { title: "ratio", align: "right" },
    ],
    [
      ["payloads/s (median)", rate.toFixed(0), "21", `${(rate / 21).toFixed(1)}×`],
      ["payloads/s (min–max)", `${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)}`, "20–22", ""],
      ["calls per payload", calls.toFixed(2), "4.3", `${(calls / 4.3).toFixed(2)}×`],
      ["dependent round trips per batch of 10", roundTrips.toFixed(1), "43", `${(roundTrips / 43).toFixed(2)}×`],
      ["CPU ms per payload", median(cpu).toFixed(2), "1.4–4.4", ""],
    ],
  ),
);
console.log("\nCalls, as the AWS adapters make them, per batch:");
for (const [name, count] of slow.calls) console.log(`  ${(count / BATCHES).toFixed(1).padStart(5)}  ${name}`);
