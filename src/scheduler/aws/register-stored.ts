/** register-loops on AWS: reads the repositories, keeps their code as archives, and starts the loops that nobody drives. */
import type { AwsLoops } from "../../aws/loops/loops.ts";
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { Executions } from "../../executions/executions.ts";
import { makeRegisterLoops } from "../../functions/register-loops/register-loops.ts";
import { type LoopStart, startLoops } from "../../functions/start-loops/start-loops.ts";
import type { Controls } from "../../loop/controls.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { NotebookCheck } from "../../loop/notebook-check.ts";
import type { Registration } from "../../loop/registration.ts";
import type { Repository, Sources } from "../../loop/sources.ts";

export interface RegisterStoredPorts {
  readonly loops: Pick<AwsLoops, "store" | "sources">;
  readonly git: Sources;
  readonly notebooks: NotebookCheck;
  readonly executions: Pick<Executions, "start" | "describe">;
  readonly clock: Clock;
}

export interface RegisteredAndStarted {
  readonly registration: Registration;
  readonly starts: readonly LoopStart[];
  /** Code that could not be stored, and why. */
  readonly problems: readonly string[];
}

export type RegisterStored = (repositories: readonly Repository[]) => Promise<RegisteredAndStarted>;

/** Made once in a container: what has not changed since the call before is not read again. */
export function makeRegisterStored({ loops, git, notebooks, executions, clock }: RegisterStoredPorts): RegisterStored {
  const { store, sources } = loops;
  let named: ReadonlyMap<string, Repository> = new Map();
  let problems: readonly string[] = [];

  /** The code is there before anybody can begin an execution of it. What cannot be stored harms no other repository. */
  async function storeCode(registration: Registration): Promise<void> {
    const commits = commitsOf(registration, await store.controls(), named);
    const stored = await Promise.allSettled(
      commits.map(({ repository, commit }) => sources.store(git, repository, commit)),
    );
    problems = stored.flatMap((one) => (one.status === "rejected" ? [describeError(one.reason).cause] : []));
  }

  const register = makeRegisterLoops({
    sources: git,
    notebooks,
    clock,
    store: {
      registration: store.registration,
      async register(registration) {
        await storeCode(registration);
        await store.register(registration);
      },
    },
  });

  return async (repositories) => {
    named = new Map(repositories.map((repository) => [repository.location, repository]));
    const registration = await register(repositories);
    return { registration, starts: await startLoops({ store, executions, clock }), problems };
  };
}

interface Commit {
  readonly repository: Repository;
  readonly commit: string;
}

/** Of branches, and what tasks are pinned to. */
function commitsOf(
  { repositories, tasks }: Registration,
  controls: Controls,
  named: ReadonlyMap<string, Repository>,
): readonly Commit[] {
  const found = [
    ...repositories.map(({ repository, commit }) => ({ location: repository, commit })),
    ...tasks.map((task) => ({
      location: task.written.repository,
      commit: controls.tasks[taskKey(task)]?.pin?.commit ?? task.settings.pin,
    })),
  ];
  const commits = found.flatMap(({ location, commit }): readonly Commit[] => {
    const repository = named.get(location);
    return repository === undefined || commit === undefined ? [] : [{ repository, commit }];
  });
  return [...new Map(commits.map((one) => [`${one.repository.location} ${one.commit}`, one])).values()];
}
