/** What a Batch job runs and with which environment: the definition, what the submission overrides, and Batch's own. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { wholeEnvironment } from "../../env.ts";
import { SANDBOX } from "../processes/processes.ts";
import type { JobRecord } from "./job-files.ts";

/** The package's own programs; `cirrus-batch` runs a handler as a job. */
const PACKAGE_PROGRAMS = resolve(import.meta.dirname, "../../../bin");
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

export function jobParameters({ submit, definition }: JobRecord): Record<string, string> {
  return { ...definition.parameters, ...submit.Parameters };
}

/** Arguments that are `Ref::name` become the parameter; one without a value stays as it is written. */
export function jobCommand(record: JobRecord): string[] {
  const parameters = jobParameters(record);
  const command = record.submit.ContainerOverrides?.Command ?? record.definition.command;
  return command.map((argument) => {
    const name = /^Ref::(.+)$/.exec(argument)?.[1];
    return (name === undefined ? undefined : parameters[name]) ?? argument;
  });
}

/** Nothing of the caller's but where programs are: as in a container, a job has a home and a `/tmp` of its own. */
export function jobEnvironment(
  record: JobRecord,
  attempt: number,
  folder: string,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const { submit, definition } = record;
  const overrides = (submit.ContainerOverrides?.Environment ?? []).map(({ Name, Value }) => [Name, Value] as const);
  const declared: Record<string, string> = {
    PATH: wholeEnvironment().PATH ?? SYSTEM_PATH,
    HOME: folder,
    TMPDIR: folder,
    LANG: "C.UTF-8",
    ...added,
    ...definition.environment,
    ...Object.fromEntries(overrides),
  };
  const node = dirname(process.execPath);
  return {
    ...declared,
    PATH: [definition.directory, PACKAGE_PROGRAMS, node, declared.PATH].join(delimiter),
    AWS_BATCH_JOB_ID: record.jobId,
    AWS_BATCH_JOB_ATTEMPT: String(attempt),
    AWS_BATCH_JQ_NAME: record.queue,
    AWS_BATCH_CE_NAME: "local",
    [SANDBOX]: folder,
  };
}

/** `ContainerOverrides.ResourceRequirements` come before the definition. */
export function jobMemoryMiB({ submit, definition }: JobRecord): number {
  const required = submit.ContainerOverrides?.ResourceRequirements?.find(({ Type }) => Type === "MEMORY");
  return required ? Number(required.Value) : definition.memory;
}

export type FoundProgram =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly reason: string };

/** Looked for before it is started, so that "not found" is told apart from a program that failed. */
export function findProgram(program: string, directory: string, path: string): FoundProgram {
  if (!isFolder(directory)) return { found: false, reason: `working directory ${directory} does not exist` };
  const candidates = program.includes("/")
    ? [isAbsolute(program) ? program : join(directory, program)]
    : path.split(delimiter).map((folder) => join(folder || directory, program));
  const executable = candidates.find(isExecutable);
  if (executable) return { found: true, path: executable };
  const present = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
  if (present) return { found: false, reason: `exec: "${present}": permission denied (is it marked executable?)` };
  const where = program.includes("/") ? "no such file or directory" : "executable file not found in $PATH";
  return { found: false, reason: `exec: "${program}": ${where}` };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
