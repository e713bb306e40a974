/** Every list but that of payloads, read page by page while rows come and go. */
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { ZodType } from "zod";
import type { ApiLoops } from "../../src/api/ports.ts";
import { actionPage } from "../../src/api/shapes/actions.ts";
import { bulkAttemptPage, bulkEntryPage } from "../../src/api/shapes/bulk.ts";
import { deadLetterPage, rejectionPage } from "../../src/api/shapes/dead-letters.ts";
import { loopExecutionPage } from "../../src/api/shapes/loops.ts";
import { openBulkHere } from "../../src/queue/open-here.ts";
import { loopFolder, loopTask } from "../cli/loop-folder.ts";
import { entriesOf, newRun, sourceOf } from "../contracts/bulk-world.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { type ApiWorld, makeApiWorld } from "./api-world.ts";

/** A list with its rows so far, in the order in which it must show them. */
interface List {
  readonly world: ApiWorld;
  readonly path: string;
  readonly page: ZodType<{ rows: readonly object[]; next?: string | undefined }>;
  idOf(row: object): string;
  /** Adds a row, and says which; undefined where it only changes one. */
  add(): Promise<string | undefined>;
  /** Takes a row away. */
  remove?(id: string): Promise<void>;
  /** Where it adds at the end, what was added must be seen too. */
  readonly adds: "first" | "last";
  /** Rows that are there at once. */
  readonly before?: readonly string[];
}

const idMember = (row: object) => ("id" in row ? String(row.id) : "");

/** Of both queues, one after the other; new ones come in the second. */
async function deadLetters(): Promise<List> {
  const clock = makeVirtualClock(Date.parse("2030-01-01T00:00:00Z"));
  const world = makeApiWorld({ clock });
  const { intake, statusChanges } = world.runtime;
  let count = 0;
  async function bury(queue: Pick<typeof statusChanges, "send" | "receive" | "deadLetters">): Promise<string> {
    count += 1;
    await queue.send([{ id: `message-${count}`, body: "{" }]);
    // Nobody takes care of what is received.
    for (let receives = 0; receives < 7; receives += 1) {
      await queue.receive({ max: 10 });
      clock.advance(600_000);
    }
    const { items } = await queue.deadLetters.list({ limit: 1000 });
    return items.at(-1)?.messageId ?? "";
  }
  return {
    world,
    path: "/v1/dead-letters?",
    page: deadLetterPage,
    idOf: idMember,
    adds: "last",
    before: [await bury(intake), await bury(intake), await bury(intake)],
    add: () => bury(statusChanges),
    async remove(id) {
      await Promise.all([intake, statusChanges].map((queue) => queue.deadLetters.remove([id])));
    },
  };
}

async function rejections(): Promise<List> {
  const world = makeApiWorld();
  let count = 0;
  return {
    world,
    path: "/v1/rejections?",
    page: rejectionPage,
    idOf: idMember,
    adds: "first",
    async add() {
      count += 1;
      const id = `rejection-${String(count).padStart(3, "0")}`;
      // Two of the same time each: their IDs decide.
      const at = new Date(Date.UTC(2030, 0, 1) + Math.floor(count / 2)).toISOString();
      await world.ports.functions.rejections.record([{ id, at, code: "not-json", reason: "no", raw: "{" }]);
      return id;
    },
  };
}

async function actions(): Promise<List> {
  const world = makeApiWorld();
  return {
    world,
    path: "/v1/actions?",
    page: actionPage,
    idOf: idMember,
    adds: "first",
    async add() {
      const body = JSON.stringify({ kind: "stop", payloadIds: ["none"] });
      const answer = await world.request("/v1/actions", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
      return idMember((await answer.json()) as object);
    },
  };
}

/** The entries of a run are there from the beginning: what comes is attempts, and their entries change. */
async function bulkRun(what: "entries" | "attempts"): Promise<List> {
  const here = openBulkHere(temporaryFolder());
  onTestFinished(() => here.close());
  const ids = Array.from({ length: 40 }, (_, index) => `entry-${String(index).padStart(2, "0")}`);
  const entries = entriesOf(...ids);
  await here.runs.load(newRun(entries, { name: "run" }), sourceOf(entries));
  const begin = async () => {
    const { leases } = await here.queue.receive({ run: "run", worker: "worker", max: 1, leaseMs: 600_000 });
    return leases[0]?.entry.id;
  };
  return {
    world: makeApiWorld({ ports: { bulk: here } }),
    path: `/v1/bulk/run/${what}?`,
    page: what === "entries" ? bulkEntryPage : bulkAttemptPage,
    idOf: (row) => ("entryId" in row ? String(row.entryId) : idMember(row)),
    adds: "last",
    ...(what === "entries" && { before: ids }),
    async add() {
      const begun = await begin();
      return what === "attempts" ? begun : undefined;
    },
  };
}

async function loopExecutions(): Promise<List> {
  const task = loopTask("zzebu/train");
  const { store, ran } = await loopFolder([task]);
  const loops = {
    store,
    // Lists read no files.
    files: {} as ApiLoops["files"],
    resolveCommit: async () => undefined,
  };
  return {
    world: makeApiWorld({ ports: { loops } }),
    path: "/v1/loops/executions?",
    page: loopExecutionPage,
    idOf: idMember,
    adds: "first",
    add: async () => (await ran(task, "SUCCEEDED")).id,
  };
}

const LISTS = {
  "dead letters": deadLetters,
  rejections,
  actions,
  "entries of a bulk run": () => bulkRun("entries"),
  "attempts of a bulk run": () => bulkRun("attempts"),
  "executions of loops": loopExecutions,
};

/** What happens between two pages. */
const change = fc.oneof(
  fc.constant({ do: "add" } as const),
  fc.record({ do: fc.constant("remove" as const), which: fc.nat({ max: 10 }) }),
);

test.each(Object.entries(LISTS))(
  "pages of %s hold each row once and in order while rows come and go",
  async (_, make) => {
    const list = await make();
    let ids = [...(list.before ?? [])];
    const add = async () => {
      const id = await list.add();
      if (id !== undefined) ids = list.adds === "first" ? [id, ...ids] : [...ids, id];
    };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.array(change, { maxLength: 2 }), { maxLength: 4 }),
        async (count, limit, changes) => {
          for (let index = 0; index < count; index += 1) await add();
          const before = ids;
          const gone = new Set<string>();
          const seen: string[] = [];
          const left = [...changes];
          for (let cursor: string | undefined; ; ) {
            const after = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
            const page = await list.world.get(`${list.path}limit=${limit}${after}`, list.page);
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            // Where nothing is taken away there is no page without rows.
            if (cursor !== undefined && gone.size === 0) expect(page.rows).not.toEqual([]);
            seen.push(...page.rows.map(list.idOf));
            cursor = page.next;
            if (cursor === undefined) break;
            for (const one of left.shift() ?? []) {
              const which = one.do === "remove" ? before[one.which % Math.max(1, before.length)] : undefined;
              if (one.do === "add") await add();
              else if (which !== undefined && list.remove !== undefined) {
                await list.remove(which);
                gone.add(which);
              }
            }
          }
          // In the order of the list, and none twice.
          expect(seen).toEqual(ids.filter((id) => seen.includes(id)));
          expect(before.filter((id) => !gone.has(id) && !seen.includes(id))).toEqual([]);
          ids = ids.filter((id) => !gone.has(id));
        },
      ),
      { numRuns: 15 },
    );
  },
);
