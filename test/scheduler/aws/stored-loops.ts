/** Loops of a stage for tests: the services in memory, a real notebook in Python, and whatever the code calls of AWS. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoopExecution } from "../../../src/loop/loop-execution.ts";
import type { LoopTask } from "../../../src/loop/loop-task.ts";
import type { Registration } from "../../../src/loop/registration.ts";
import type { Sources } from "../../../src/loop/sources.ts";
import { makeFakeLoops } from "../../aws/loops/fake-loops.ts";
import { COMMIT, executionOf, LONG_LEASE_MS, registrationOf, taskOf } from "../../contracts/loop-world.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

export const REPOSITORY = { location: "https://git.example.com/lab.git" };

/** A repository of these files, at one commit. */
export function gitOf(files: Readonly<Record<string, string>>): Sources {
  const bytes = (path: string) => (files[path] === undefined ? undefined : Buffer.from(files[path]));
  return {
    head: async () => ({ branch: "main", commit: COMMIT }),
    resolve: async (_repository, name) => (COMMIT.startsWith(name) ? COMMIT : undefined),
    list: async (_repository, _commit, folder = "") => Object.keys(files).filter((path) => path.startsWith(folder)),
    read: async (_repository, _commit, path) => bytes(path),
    lastChanges: async (_repository, _commit, paths) => Object.fromEntries(paths.map((path) => [path, COMMIT])),
    async checkOut(_repository, _commit, folder) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    },
  };
}

export function notebookOf(source: string): string {
  const cells = [{ cell_type: "code", metadata: {}, outputs: [], execution_count: null, source }];
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells });
}

/** A task whose notebook is this Python, begun and with its code stored; `called` is what is called of AWS from then on. */
export async function begun(source: string, settings: Partial<LoopTask["settings"]> = {}) {
  const fake = makeFakeLoops();
  const operator = fake.open();
  const usual = taskOf("debr", "train");
  const task: LoopTask = {
    ...usual,
    args: {},
    settings: { ...usual.settings, ...settings },
    written: { ...usual.written, repository: REPOSITORY.location },
  };
  const registration: Registration = { ...registrationOf("debr"), tasks: [task] };
  await operator.store.register(registration);
  await operator.sources.store(gitOf({ "notebooks/train.ipynb": notebookOf(source) }), REPOSITORY, COMMIT);
  const claimed = await operator.store.claim({ loop: "debr", holder: "one", leaseMs: LONG_LEASE_MS });
  if (claimed.outcome !== "held") throw new Error("nobody else holds it");
  const execution: LoopExecution = executionOf(task, { requirements: [] });
  const record = { ...claimed.record, revision: 1, running: execution.id, runningFence: claimed.fence };
  await operator.store.write({ fence: claimed.fence, record, begin: execution });
  const called = new Set<string>();
  const open = () => fake.open({ before: (operation) => void called.add(operation) });
  return { ...fake, operator, execution, open, called, folder: temporaryFolder() };
}
