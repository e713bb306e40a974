/**
 * Copies one asset in a process of its own, whose memory is then known: `node bench/assets/copy-one.ts <href> <folder>`, or with
 * the address of an endpoint of S3 in the place of the folder.
 */
import { readFileSync } from "node:fs";
import { makeClients } from "../../src/aws/clients.ts";
import { makeS3ObjectStore } from "../../src/aws/object-store.ts";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import { copyAssets } from "./copy-run.ts";

const [, , href = "", place = ""] = process.argv;

const objects = place.startsWith("http")
  ? makeS3ObjectStore({ s3: makeClients({ endpoint: place, region: "us-west-2" }).s3 })
  : makeObjectStore(place);

const began = performance.now();
await copyAssets({ objects, hrefs: [href], bucket: "copies" });
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ seconds, peakMiB: peakKiB() / 1024 }));

/** `maxRSS` begins with what the process had that started this one; Linux knows this one's own. */
function peakKiB(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
