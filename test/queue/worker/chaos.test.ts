/** Workers that are killed at any moment, over tasks that fail in every way: each entry ends once, as the policy says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { AttemptRecord } from "../../../src/bulk/attempt.ts";
import type { BulkRuns } from "../../../src/bulk/bulk-store.ts";
import type { Entry, EntryState } from "../../../src/bulk/entry.ts";
import { DEFAULT_POLICY, type RetryPolicy } from "../../../src/bulk/retry-policy.ts";
import type { JsonObject } from "../../../src/json.ts";
import { openBulkHere } from "../../../src/queue/open-here.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

/** What a task does, how often there is one, and what its attempts are, apart from those whose worker was killed. */
const KINDS: readonly (readonly [JsonObject, number, EntryState, readonly string[]])[] = [
  [{ do: "add", a: 1, b: 2 }, 60, "DONE", ["done"]],
  [{ do: "print", text: "a line" }, 10, "DONE", ["done"]],
  [{ do: "child", file: "/dev/null", detached: true }, 4, "DONE", ["done"]],
  [{ do: "failed" }, 4, "FAILED", ["failed"]],
  [{ do: "throw" }, 6, "FAILED", ["exception", "exception"]],
  [{ do: "exit", code: 9 }, 6, "FAILED", ["exit", "exit", "exit"]],
  [{ do: "memory", megabytes: 300 }, 3, "FAILED", ["memory"]],
];
const KILLS = 6;

const again = (limit: number) => ({ limit, delaySeconds: 0.05, factor: 1 });
const POLICY: RetryPolicy = { ...DEFAULT_POLICY, exception: again(1), exit: again(2), spot: again(1000) };

test.each(["process", "reuse"])(
  "with workers of the mode %s",
  async (mode) => {
    const data = temporaryFolder();
    const here = openBulkHere(data);
    onTestFinished(() => here.close());
    const kinds = new Map(KINDS.flatMap((kind, k) => Array.from({ length: kind[1] }, (_, i) => [`${k}-${i}`, kind])));
    await load(here.runs, [...kinds].map(([id, [data]]) => ({ id, data })).sort(byDigest));

    const workers = [startWorker(data, mode), startWorker(data, mode)];
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(500 + 130 * kill);
      const victim = workers[kill % 2];
      victim?.kill();
      workers[kill % 2] = startWorker(data, mode);
    }
    await Promise.all(workers.map(({ ended }) => ended));

    expect(await here.runs.counts("chaos")).toMatchObject({ QUEUED: 0, RUNNING: 0, DONE: 74, FAILED: 19 });
    expect((await here.runs.get("chaos"))?.state).toBe("FINISHED");
    const attempts = Map.groupBy(await allAttempts(here.runs), ({ entryId }) => entryId);
    for (const [id, [, , state, outcomes]] of kinds) {
      const own = (attempts.get(id) ?? []).toSorted((a, b) => a.attempt - b.attempt);
      expect(own.map(({ attempt }) => attempt)).toEqual(own.map((_, index) => index + 1));
      const counted = own.flatMap(({ outcome }) => (outcome === undefined || outcome === "spot" ? [] : [outcome]));
      expect([id, counted, (await here.runs.entry("chaos", id))?.state]).toEqual([id, outcomes, state]);
    }
    expect(await processesOf(data)).toEqual([]);
  },
  600_000,
);

/** Kinds mixed, in the same way each time. */
function byDigest(a: Entry, b: Entry): number {
  const mixed = ({ id }: Entry) => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 101, 7);
  return mixed(a) - mixed(b);
}

async function load(runs: BulkRuns, entries: readonly Entry[]): Promise<void> {
  const limits = { maxRuntimeSeconds: 60, maxMemoryBytes: 200e6, cpus: 1, graceSeconds: 1 };
  await runs.load(
    {
      ...{ name: "chaos", limits, policy: POLICY, digest: "chaos", entries: entries.length, source: {} },
      task: { kind: "task", name: "troublemaker" },
    },
    { count: entries.length, read: (after, limit) => entries.slice(after, after + limit) },
  );
}

interface StartedWorker {
  kill(): void;
  readonly ended: Promise<unknown>;
}

function startWorker(data: string, mode: string): StartedWorker {
  const program = join(import.meta.dirname, "chaos-worker.ts");
  const worker = spawn(process.execPath, [program, data, mode], { stdio: ["ignore", "ignore", "inherit"] });
  const kill = () => void worker.kill("SIGKILL");
  onTestFinished(kill);
  return { kill, ended: once(worker, "exit") };
}

async function allAttempts(runs: BulkRuns): Promise<readonly AttemptRecord[]> {
  const all: AttemptRecord[] = [];
  let after: string | undefined;
  do {
    const page = await runs.attempts({ run: "chaos", limit: 1000, after });
    all.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return all;
}

/** Processes that were started for a task below this folder, once the guards have had their time. */
async function processesOf(folder: string): Promise<readonly string[]> {
  for (let turn = 0; ; turn++) {
    const found = readdirSync("/proc").filter((pid) => Number(pid) > 0 && environmentOf(pid).includes(`=${folder}/`));
    if (found.length === 0 || turn === 1200) return found;
    await sleep(50);
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
