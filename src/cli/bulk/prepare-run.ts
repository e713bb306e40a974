/** Turns what was called for, a configuration file and a task's definition into one run; nothing is changed by it. */
import { basename, isAbsolute, relative, resolve } from "node:path";
import { CAUSES, type Cause } from "../../bulk/attempt.ts";
import type { TaskLimits } from "../../bulk/bulk-run.ts";
import { DEFAULT_POLICY, type RetryPolicy, type RetryRule, withLimits } from "../../bulk/retry-policy.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import type { RetrySetting } from "../../project/project.ts";
import { type BulkConfig, type Provider, readBulkConfig } from "../../queue/config/read-config.ts";
import { type Resolved, resolveSettings } from "../../queue/config/resolve-settings.ts";
import type { Settings } from "../../queue/config/settings.ts";
import { findProgram, type Program } from "../../queue/program.ts";
import { usualSlots } from "../../queue/run-here.ts";
import type { TaskFileOptions } from "../../queue/task-file/read-task-file.ts";
import { type PlaceOptions, resolvePlace } from "../place/backend.ts";
import type { Io } from "../terminal/io.ts";
import { type FoundTask, findTask } from "./find-task.ts";
import type { LoadOptions } from "./run-options.ts";
import { settingsOf } from "./setting-options.ts";

export interface PreparedRun extends Resolved {
  readonly name: string;
  readonly found: FoundTask;
  readonly program: Program;
  readonly limits: TaskLimits;
  readonly policy: RetryPolicy;
  /** Tasks at a time in one process here. */
  readonly slots: number;
  readonly tasks: TaskFileOptions;
  readonly provider: "aws" | "local";
  readonly pool: "batch" | "lambda" | undefined;
  readonly place: PlaceOptions;
}

const LIMITS: TaskLimits = { maxRuntimeSeconds: 3600, cpus: 1, graceSeconds: 30 };

/** How often `--retry-on-exit` alone tries again: without an end a task that cannot succeed would be paid for for ever. */
const USUAL_RETRIES = 3;

export function prepareRun(io: Io, word: string, args: readonly string[], options: LoadOptions): PreparedRun {
  const file = options.tasks ?? options.taskFile;
  if (file === undefined) throw missingTasks();
  const config = options.config === undefined ? undefined : readBulkConfig(options.config, io.cwd);
  const provider = chooseProvider(io, options, config);
  const found = findTask(io, word, args, provider === "aws" ? resolvePlace(io, options) : {});
  const program = findProgram(found.task, found.project, io.cwd);
  const { component } = found;
  const resolved = resolveSettings({
    options: settingsOf({ ...options }),
    config,
    provider,
    task: component?.bulk && { settings: component.bulk.settings, file: component.shown },
  });
  const { settings } = resolved;
  const pool = provider === "aws" ? (options.pool ?? "batch") : undefined;
  const limits = limitsOf(settings, pool === "lambda" ? component?.lambda?.timeout : undefined);
  const region = options.region ?? settings.region;
  const profile = options.profile ?? settings.profile;
  return {
    ...resolved,
    name: settings.jobId ?? settings.queueName ?? defaultName(found.name, file),
    found,
    program,
    limits,
    policy: policyOf(settings),
    slots: slotsOf(settings, limits),
    tasks: {
      file: localPath(io, file),
      format: options.format,
      idColumn: options.idColumn,
      start: options.startTask,
      limit: options.limit,
      ids: options.ids,
    },
    provider,
    pool,
    place: provider === "local" || !isStaged(io, options) ? { local: true } : { ...options, region, profile },
  };
}

function missingTasks(): CirrusError {
  return new CirrusError("Which tasks? --tasks names the file of inputs.", {
    hint: [
      "It is a list of entries, such as tasks.yaml:",
      "- task_id: task-1",
      "  data:",
      "    key1: value1",
      "    key2: value2",
      "JSON is as good; of a CSV file each row is an entry.",
    ].join("\n  "),
    exitCode: EXIT.usage,
  });
}

function chooseProvider(io: Io, options: LoadOptions, config: BulkConfig | undefined): "aws" | "local" {
  const elsewhere = isStaged(io, options);
  const provider: Provider = options.provider ?? config?.provider ?? (elsewhere || options.pool ? "aws" : "local");
  if (provider === "gcp") {
    throw new CirrusError("Google Cloud is not implemented: bulk runs run here (local) or on AWS (aws).", {
      where: options.provider === undefined ? config?.file : undefined,
      hint: "Run it here: --provider local. Or on AWS: --provider aws --stage <stage>. What the section gcp says is\n  read in a section local or aws, and in run for both.",
      exitCode: EXIT.config,
    });
  }
  // What a pool would be is said without one.
  if (provider === "aws" && !elsewhere && !options.dryRun) {
    throw new CirrusError("A run on AWS needs a deployed stage: its tables, queues and rights.", {
      where: options.provider === undefined && options.pool === undefined ? config?.file : undefined,
      hint: "Name it: --stage <stage>. Deploy one: npx cirrus deploy --stage <stage>. Run here: --provider local",
      exitCode: EXIT.usage,
    });
  }
  if (provider === "local" && (options.pool !== undefined || options.stage !== undefined)) {
    throw new CirrusError("A run here has no stage and no pool.", {
      hint: "Leave out --stage and --pool, or say --provider aws.",
      exitCode: EXIT.usage,
    });
  }
  return provider;
}

function isStaged(io: Io, options: PlaceOptions): boolean {
  const { stage, stack } = resolvePlace(io, options);
  return stage !== undefined || stack !== undefined;
}

/** A Lambda has its own end. */
function limitsOf(settings: Settings, lambdaTimeout?: number): TaskLimits {
  const { maxRuntime, maxMemoryAllowedPerTask: memory, cpusPerTask, shutdownGracePeriod } = settings;
  return {
    maxRuntimeSeconds: maxRuntime ?? lambdaTimeout ?? LIMITS.maxRuntimeSeconds,
    maxMemoryBytes: memory === undefined ? undefined : memory * 1e9,
    cpus: cpusPerTask ?? LIMITS.cpus,
    graceSeconds: shutdownGracePeriod ?? LIMITS.graceSeconds,
  };
}

function policyOf(settings: Settings): RetryPolicy {
  const wanted = {
    exit: settings.retryOnExit,
    exception: settings.retryOnException,
    timeout: settings.retryOnTimeout,
    memory: settings.retryOnMemory,
    requested: settings.retryOnRequest,
    spot: settings.retryOnSpot,
  } satisfies Readonly<Record<Cause, RetrySetting | undefined>>;
  const limits = CAUSES.flatMap((cause) => {
    const times = wanted[cause];
    return times === undefined ? [] : [[cause, often(times, DEFAULT_POLICY[cause].limit)] as const];
  });
  const policy = withLimits(DEFAULT_POLICY, Object.fromEntries(limits));
  return settings.retryDelay === undefined ? policy : withDelay(policy, settings.retryDelay);
}

/** What a machine's end has undone needs no time to recover. */
function withDelay(policy: RetryPolicy, delaySeconds: number): RetryPolicy {
  const { exit, exception, timeout, memory, requested, spot } = policy;
  const delayed = (rule: RetryRule): RetryRule => ({ ...rule, delaySeconds });
  return {
    exit: delayed(exit),
    exception: delayed(exception),
    timeout: delayed(timeout),
    memory: delayed(memory),
    requested: delayed(requested),
    spot,
  };
}

function often(times: RetrySetting, usual: number): number {
  if (typeof times === "number") return times;
  return times ? Math.max(usual, USUAL_RETRIES) : 0;
}

function slotsOf({ numSimultaneousTasks, maxSimultaneousTasks }: Settings, limits: TaskLimits): number {
  const slots = numSimultaneousTasks ?? usualSlots(limits);
  return Math.min(slots, maxSimultaneousTasks ?? slots);
}

/** `my_worker.py` and `my_tasks.json.gz` are `my-worker-my-tasks`. */
export function defaultName(task: string, file: string): string {
  const stem = file === "-" ? "stdin" : basename(file.replace(/[?#].*$/, "")).replace(/(\.[A-Za-z]+)+$/, "");
  const words = [task, stem].map((word) => word.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, ""));
  const name = words.filter(Boolean).join("-").toLowerCase();
  return (/^[a-z]/.test(name) ? name : `run-${name}`).slice(0, LONGEST_NAME).replace(/-+$/, "");
}

const LONGEST_NAME = 48;

/** Files are named from the folder that the command is called in. */
function localPath(io: Pick<Io, "cwd">, file: string): string {
  if (file === "-" || /^[a-z][a-z0-9+.-]*:\/\//i.test(file) || isAbsolute(file)) return file;
  const path = resolve(io.cwd, file);
  return relative(process.cwd(), path).startsWith("..") ? path : relative(process.cwd(), path);
}
