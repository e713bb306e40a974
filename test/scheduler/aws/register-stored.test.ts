/** The minute's look at repositories, as it is on AWS: code is stored before anything of it can begin, and loops are started. */
import { expect, test } from "vitest";
import { startLoops } from "../../../src/functions/start-loops/start-loops.ts";
import type { NotebookCheck } from "../../../src/loop/notebook-check.ts";
import type { Sources } from "../../../src/loop/sources.ts";
import { makeRegisterStored } from "../../../src/scheduler/aws/register-stored.ts";
import { makeFakeLoops } from "../../aws/loops/fake-loops.ts";
import { COMMIT, requestOf } from "../../contracts/loop-world.ts";
import { gitOf, notebookOf, REPOSITORY } from "./stored-loops.ts";

const FILES = {
  "peach.conf/debr.yaml": "codops: debr\ntasks:\n  train:\n    notebook: a.ipynb\n    method: run\n",
  "peach.conf/zzebu.yaml":
    "codops: zzebu\ntasks:\n  fetch:\n    loop: metadata\n    notebook: a.ipynb\n    method: run\n",
  "a.ipynb": notebookOf("def run():\n    return 1\n"),
};
const OTHER = { location: "https://git.example.com/other.git" };
const PINNED = "ab".repeat(20);
const NO_FINDINGS: NotebookCheck = { check: async () => [], checkRequirements: async () => [] };

function makeStage(git: Sources = gitOf(FILES)) {
  const fake = makeFakeLoops();
  const loops = fake.open();
  const started: string[] = [];
  const executions = {
    async start({ name }: { readonly name: string }) {
      if (started.includes(name)) return { outcome: "exists" as const, arn: name };
      started.push(name);
      return { outcome: "started" as const, arn: name };
    },
    describe: async () => undefined,
  };
  const stored = () => [...fake.objects.keys()].filter((key) => key.includes("/sources/"));
  /** As a new container of the function has it. */
  const container = (own: Sources = git) =>
    makeRegisterStored({ loops: fake.open(), git: own, notebooks: NO_FINDINGS, executions, clock: fake.clock });
  return { ...fake, loops, started, stored, container };
}

test("P1: a commit's tasks are registered, its code is stored, and each loop is started", async () => {
  const { container, stored, started, loops } = makeStage();
  const { registration, starts, problems } = await container()([REPOSITORY]);
  expect(problems).toEqual([]);
  expect(registration.tasks.map(({ codops, name }) => `${codops}/${name}`)).toEqual(["debr/train", "zzebu/fetch"]);
  expect((await loops.store.registration())?.id).toBe(registration.id);
  expect(stored()).toHaveLength(1);
  expect(starts.map(({ loop, action }) => `${loop} ${action}`)).toEqual(["debr started", "metadata started"]);
  expect(started).toHaveLength(2);
});

test("two calls at once start every loop once", async () => {
  const { container, started } = makeStage();
  const calls = await Promise.all([container()([REPOSITORY]), container()([REPOSITORY])]);
  expect(calls.flatMap(({ starts }) => starts).filter(({ action }) => action === "later")).toEqual([]);
  expect(started).toHaveLength(2);
});

test("code is stored before its registration is: nobody can begin what no machine could check out", async () => {
  const { container, loops } = makeStage();
  const seen: (string | undefined)[] = [];
  const git = gitOf(FILES);
  const looking: Sources = {
    ...git,
    async checkOut(...args) {
      seen.push((await loops.store.registration())?.id);
      await git.checkOut(...args);
    },
  };
  await container(looking)([REPOSITORY]);
  expect(seen).toEqual([undefined]);
});

test("what tasks are pinned to is stored too", async () => {
  const { container, stored, loops } = makeStage();
  const register = container();
  await register([REPOSITORY]);
  await loops.store.pin("debr/train", PINNED, requestOf());
  await register([REPOSITORY]);
  expect(stored().filter((key) => key.includes(PINNED))).toHaveLength(1);
  expect(stored().filter((key) => key.includes(COMMIT))).toHaveLength(1);
});

test("a repository whose code cannot be stored is said, and harms no other", async () => {
  const git = gitOf(FILES);
  const half: Sources = {
    ...git,
    list: async (repository, commit, folder) =>
      (await git.list(repository, commit, folder)).filter(
        (path) => (path === "peach.conf/zzebu.yaml") !== (repository.location === REPOSITORY.location),
      ),
    async checkOut(repository, commit, folder) {
      if (repository.location === OTHER.location) throw new Error("the disk is full");
      await git.checkOut(repository, commit, folder);
    },
  };
  const { container, stored, started } = makeStage();
  const { problems, starts } = await container(half)([REPOSITORY, OTHER]);
  expect(problems).toEqual([expect.stringContaining("the disk is full")]);
  expect(stored()).toHaveLength(1);
  expect(starts).toHaveLength(2);
  expect(started).toHaveLength(2);
});

test("a loop that cannot be started is tried again at the next look, and the others are started", async () => {
  const { container, loops, clock } = makeStage();
  await container()([REPOSITORY]);
  const refusing = {
    start: async ({ name }: { readonly name: string }) =>
      name.startsWith("debr")
        ? { outcome: "refused" as const, error: "ExecutionLimitExceeded", message: "too many executions" }
        : { outcome: "started" as const, arn: name },
    describe: async () => undefined,
  };
  const starts = await startLoops({ store: loops.store, executions: refusing, clock });
  expect(starts).toEqual([
    { loop: "debr", action: "later", reason: "too many executions" },
    { loop: "metadata", action: "started", reason: "there is something new" },
  ]);
});
