/**
 * What people ask of a pool: which instances, how many, and for how much money. One table says it all, so that the
 * configuration file, the flags and the planning cannot disagree. Memory and disks are GB, money is USD.
 */
import { z } from "zod";
import type { Problem } from "../../errors.ts";
import { DISK_TYPES } from "../../offers/boot-disk.ts";

/** `instances`: what an instance has to be like. `tasks`: what one task needs. `pool`: how much of it all. */
export type ConstraintGroup = "instances" | "tasks" | "pool";

/** How a value is written on a command line. */
type Kind = "number" | "text" | "list" | "switch";

export interface Constraint<Schema extends z.ZodType> {
  readonly group: ConstraintGroup;
  readonly kind: Kind;
  /** What stands for the value in help: `GB`. */
  readonly value: string;
  readonly about: string;
  readonly schema: Schema;
}

const positive = z.number().positive("expected a number above 0");
const notNegative = z.number().nonnegative("expected 0 or a number above it");
const count = z.int("expected a whole number").min(1, "expected a whole number from 1");
const countOrNone = z.int("expected a whole number").min(0, "expected a whole number from 0");
const share = z.number().min(0, "expected a share from 0 to 1").max(1, "expected a share from 0 to 1");
const text = z.string().trim().min(1, "expected a text that is not empty");

const ARCHITECTURES: Readonly<Record<string, "x86_64" | "arm64">> = {
  x86_64: "x86_64",
  "x86-64": "x86_64",
  amd64: "x86_64",
  arm64: "arm64",
  aarch64: "arm64",
};

const architecture = z.string().transform((name, context) => {
  const known = ARCHITECTURES[name.toLowerCase()];
  if (known !== undefined) return known;
  context.addIssue({ code: "custom", message: "expected x86_64 or arm64" });
  return z.NEVER;
});

/** One text or several; commas and spaces separate too, but for the comma of `{1,2}`. */
const list = z
  .union([z.string(), z.array(z.string())], "expected a text, or a list of texts")
  .transform((given) => [given].flat().flatMap((one) => one.split(/[\s,]+(?![^{]*\})/).filter(Boolean)));

const expressions = list.superRefine((names, context) => {
  for (const name of names) {
    if (!isExpression(name)) context.addIssue({ code: "custom", message: `${name} is no regular expression` });
  }
});

function isExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

const diskTypes = list.refine(
  (types) => types.length > 0 && types.every((type) => Object.hasOwn(DISK_TYPES, type)),
  `expected some of ${Object.keys(DISK_TYPES).join(", ")}`,
);

function of<Schema extends z.ZodType>(group: ConstraintGroup, kind: Kind, value: string, schema: Schema) {
  return (about: string): Constraint<Schema> => ({ group, kind, value, about, schema });
}

const instanceNumber = of("instances", "number", "n", positive);
const instanceCount = of("instances", "number", "n", countOrNone);
const instanceGB = of("instances", "number", "GB", positive);
const diskGB = of("instances", "number", "GB", notNegative);
const taskNumber = of("tasks", "number", "n", positive);
const taskGB = of("tasks", "number", "GB", positive);
const taskDiskGB = of("tasks", "number", "GB", notNegative);
const poolCount = of("pool", "number", "n", count);
const poolCountOrNone = of("pool", "number", "n", countOrNone);
const money = of("pool", "number", "USD", positive);
const moneyOrNone = of("pool", "number", "USD", notNegative);

export const CONSTRAINTS = {
  architecture: of("instances", "text", "name", architecture)("x86_64 (unless told otherwise) or arm64"),
  cpuFamily: of("instances", "text", "name", text)("processors whose name has this in it"),
  minCpuRank: instanceCount("how quick the processor is at least"),
  maxCpuRank: instanceCount("how quick the processor is at most"),
  instanceTypes: of("instances", "list", "regex", expressions)("names that match one of these"),
  minCpu: instanceNumber("vCPUs of an instance at least"),
  maxCpu: instanceNumber("vCPUs of an instance at most"),
  minTotalMemory: instanceGB("memory of an instance at least"),
  maxTotalMemory: instanceGB("memory of an instance at most"),
  minMemoryPerCpu: instanceGB("memory for each vCPU at least"),
  maxMemoryPerCpu: instanceGB("memory for each vCPU at most"),
  minLocalSsd: diskGB("local SSD of an instance at least"),
  maxLocalSsd: diskGB("local SSD of an instance at most"),
  minLocalSsdPerCpu: diskGB("local SSD for each vCPU at least"),
  maxLocalSsdPerCpu: diskGB("local SSD for each vCPU at most"),
  localSsdBaseSize: diskGB("local SSD that is not for vCPUs or tasks"),
  minGpus: instanceCount("GPUs of an instance at least"),
  maxGpus: instanceCount("GPUs of an instance at most"),
  bootDiskTypes: of(
    "instances",
    "list",
    "type",
    diskTypes,
  )("kinds of boot disks, of which the cheapest is taken (gp3)"),
  bootDiskIops: of("instances", "number", "n", count)("operations a second of a boot disk"),
  bootDiskThroughput: of("instances", "number", "MB", count)("MB a second of a boot disk"),
  totalBootDiskSize: instanceGB("boot disk at least (30)"),
  bootDiskBaseSize: diskGB("boot disk beside what is for vCPUs or tasks"),
  bootDiskPerCpu: diskGB("boot disk for each vCPU"),
  useSpot: of("instances", "switch", "", z.boolean("expected true or false"))("spot instances only"),
  cpusPerTask: taskNumber("vCPUs of a task (1)"),
  minMemoryPerTask: taskGB("memory for each task at least"),
  maxMemoryPerTask: taskGB("memory for each task at most"),
  maxMemoryAllowedPerTask: taskGB("memory that a task is ended at"),
  minLocalSsdPerTask: taskDiskGB("local SSD for each task at least"),
  maxLocalSsdPerTask: taskDiskGB("local SSD for each task at most"),
  bootDiskPerTask: taskDiskGB("boot disk for each task"),
  maxRuntime: of("tasks", "number", "seconds", positive)("how long a task may take (3600)"),
  minTasksPerInstance: poolCount("tasks at a time on an instance at least"),
  maxTasksPerInstance: poolCount("tasks at a time on an instance at most"),
  minSimultaneousTasks: poolCount("tasks at a time in all at least"),
  maxSimultaneousTasks: poolCount("tasks at a time in all at most"),
  minInstances: poolCountOrNone("instances at least"),
  maxInstances: poolCount("instances at most (10)"),
  minTotalCpus: poolCount("vCPUs in all at least"),
  maxTotalCpus: poolCount("vCPUs in all at most"),
  minTotalPricePerHour: moneyOrNone("price an hour in all at least"),
  maxTotalPricePerHour: money("price an hour in all at most (10)"),
  maxTotalCost: money("what the run may cost"),
  onDemandShare: of("pool", "number", "share", share)("part of the workers that may be on demand, 0 to 1"),
  image: of("pool", "text", "image", text)("container image of the worker, or an AMI"),
  machineImage: of("pool", "text", "ami", text)("AMI of the instances"),
  startupScript: of("pool", "text", "bash", text)("runs on an instance before its first task"),
  startupScriptFile: of("pool", "text", "file", text)("file of the startup script"),
  setupScript: of("pool", "text", "bash", text)("runs as root in a worker's container before its first task"),
  setupScriptFile: of("pool", "text", "file", text)("file of the setup script"),
} as const satisfies Record<string, Constraint<z.ZodType>>;

export type ConstraintName = keyof typeof CONSTRAINTS;

export const CONSTRAINT_NAMES = Object.keys(CONSTRAINTS) as readonly ConstraintName[]; // its keys are no others

/** What people asked for; nothing is filled in yet. */
export type PoolConstraints = {
  readonly [Name in ConstraintName]?: z.output<(typeof CONSTRAINTS)[Name]["schema"]> | undefined;
};

/** As a flag and in a file: `max-total-cpus`. */
export function writtenName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Each as it is, or as the file that it is in. */
export const SCRIPTS = [
  ["startupScript", "startupScriptFile"],
  ["setupScript", "setupScriptFile"],
] as const;

/** Minima above their maxima, and what excludes each other; all at once. Call it when flags and file are merged. */
export function constraintProblems(constraints: PoolConstraints): readonly Problem[] {
  const problems = CONSTRAINT_NAMES.filter((name) => name.startsWith("min")).flatMap((minimum) => {
    const maximum = minimum.replace(/^min/, "max") as ConstraintName; // looked up below; there may be none
    const [least, most] = [constraints[minimum], constraints[maximum]];
    if (typeof least !== "number" || typeof most !== "number" || least <= most) return [];
    const message = `${writtenName(minimum)} ${least} is more than ${writtenName(maximum)} ${most}`;
    return [{ code: "minimum-above-maximum", path: minimum, message }];
  });
  const twice = SCRIPTS.filter(
    ([script, file]) => constraints[script] !== undefined && constraints[file] !== undefined,
  );
  const exclusive = twice.map(([script, file]) => {
    const message = `${writtenName(script)} and ${writtenName(file)} exclude each other`;
    return { code: "exclusive-keys", path: file, message };
  });
  return [...problems, ...exclusive];
}
