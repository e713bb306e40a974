/** `cirrus-pipeline/loops`: the Lambdas of the image of loops, which have Git and Python. */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lazySecrets } from "../../aws/clients/secrets.ts";
import { lazyStepFunctions } from "../../aws/clients/sfn.ts";
import { makeSfnExecutions } from "../../aws/executions.ts";
import type { AwsLoops } from "../../aws/loops/loops.ts";
import { systemClock } from "../../clock.ts";
import { makeGitSources } from "../../embedded/git/sources.ts";
import { type Environment, readEnvironment, requireVariable } from "../../env.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { makeLambda } from "../../functions/lambda/make-lambda.ts";
import { LOOPS_MACHINE, type LoopStart } from "../../functions/start-loops/start-loops.ts";
import { makeNotebookCheck } from "../../notebook/check-notebooks.ts";
import { executeStored, openAwsLoops } from "./execute-stored.ts";
import { makeRegisterStored, type RegisterStored } from "./register-stored.ts";

export interface ExecuteTurnEvent {
  readonly execution: string;
}

interface Executed {
  readonly execution: string;
  readonly outcome: string;
}

/** Of the ten minutes that the function has (cloudformation/loops.yml), with time to end what runs and to keep its files. */
const EXECUTE_MS = 570_000;

/** A task of the metadata loop. Its end is stored; what is answered is for people who look at the state machine. */
export const executeTurn = makeLambda<ExecuteTurnEvent, Executed, AwsLoops>(
  async () => openAwsLoops(readEnvironment()),
  async ({ execution }, { ports, log, deadline }) => {
    const late = AbortSignal.any([deadline, AbortSignal.timeout(EXECUTE_MS)]);
    const executed = await executeStored(ports, execution, { late });
    const outcome = executed.outcome === "ended" ? executed.end.outcome : executed.reason;
    log.info("executed", { execution, outcome });
    return { execution, outcome };
  },
);

/** Mirrors of the repositories: a container finds what it has fetched before. */
const MIRRORS = join(tmpdir(), "cirrus-loops", "repositories");

/** Where the image's Git looks for what repositories ask for (docker/loops). */
const CREDENTIALS = join(tmpdir(), "git-credentials");

interface Registering {
  readonly register: RegisterStored;
  readonly environment: Environment;
}

/** Each minute. */
export const registerLoops = makeLambda<unknown, readonly LoopStart[], Registering>(
  async () => openRegistering(readEnvironment()),
  async (_event, { ports: { register, environment }, log, count }) => {
    await writeCredentials(environment);
    const { CIRRUS_LOOP_BRANCH: branch } = environment;
    const locations = requireVariable(environment, "CIRRUS_LOOP_REPOSITORIES").split(/\s+/).filter(Boolean);
    const { registration, starts, problems } = await register(locations.map((location) => ({ location, branch })));
    for (const reason of problems) log.error("code cannot be stored", { reason });
    for (const { severity, code, message, file } of registration.problems)
      log.warn("registration", { severity, code, message, file });
    for (const { loop, action, reason } of starts) log.info("loop", { loop, action, reason });
    count("RegisteredLoopTasks", registration.tasks.length);
    count("LoopsNotStarted", starts.filter(({ action }) => action === "later").length + problems.length);
    return starts;
  },
);

function openRegistering(environment: Environment): Registering {
  const { AWS_ENDPOINT_URL: endpoint } = environment;
  const machine = requireVariable(environment, "CIRRUS_LOOP_STATE_MACHINE");
  if (!machine.endsWith(LOOPS_MACHINE)) {
    throw new CirrusError(`CIRRUS_LOOP_STATE_MACHINE is ${machine}, which does not end with ${LOOPS_MACHINE}.`, {
      exitCode: EXIT.config,
    });
  }
  const register = makeRegisterStored({
    loops: openAwsLoops(environment),
    git: makeGitSources({ folder: MIRRORS, clock: systemClock }),
    notebooks: makeNotebookCheck(),
    executions: makeSfnExecutions({
      sfn: lazyStepFunctions({ endpoint }),
      baseArn: machine.slice(0, -LOOPS_MACHINE.length),
    }),
    clock: systemClock,
  });
  return { register, environment };
}

/** Read anew each time: a token that was replaced counts from then on. */
async function writeCredentials({
  AWS_ENDPOINT_URL: endpoint,
  CIRRUS_LOOP_GIT_SECRET: SecretId,
}: Environment): Promise<void> {
  if (SecretId === undefined) return;
  const secrets = await lazySecrets({ endpoint })();
  const { SecretString } = await secrets.getSecretValue({ SecretId });
  if (SecretString === undefined)
    throw new CirrusError(`The secret ${SecretId} holds no text.`, { exitCode: EXIT.config });
  writeFileSync(CREDENTIALS, `${SecretString.trim()}\n`, { mode: 0o600 });
}
