/**
 * The program that runs one attempt of a Batch job and outlives the runtime that started it: `job-supervisor <folder>`.
 * It takes the attempt (of several supervisors, one does), runs the command in a process group of its own, holds it to
 * its limits and writes how it ended.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openLogFile } from "../logs/log-file.ts";
import { groupMembers, killSandbox, memoryOf, processIdentity, signalGroup } from "../processes/processes.ts";
import type { S3Endpoint } from "../s3/endpoint.ts";
import { withEndpoint } from "../s3/with-endpoint.ts";
import { findProgram } from "./job-command.ts";
import {
  type AttemptPlan,
  type AttemptResult,
  type ProcessNote,
  type RunningNote,
  readNote,
  type Termination,
  writeNote,
} from "./job-files.ts";
import { type JobOutput, openJobOutput } from "./job-output.ts";
import { neverStarted } from "./never-started.ts";

const WATCH_MS = 200;
const ENDED = "Essential container in task exited";

/**
 * Waits for a word before it becomes the command: should the supervisor be killed before it has noted the group, the
 * channel closes and nothing is started that nobody knows of.
 */
const GATE = `read -r _ <&3 || exit 125
exec 3<&- >"$1" 2>&1
shift
exec "$@"`;

/** Why a command is being ended; undefined while it runs by itself. */
interface Verdict {
  readonly statusReason: string;
  readonly reason?: string | undefined;
  readonly final: boolean;
}

const TIMED_OUT: Verdict = { statusReason: "Job attempt duration exceeded timeout", final: true };
const HOST_STOPPED: Verdict = { statusReason: "Host terminated", final: false };
const OUT_OF_MEMORY: Verdict = {
  statusReason: ENDED,
  reason: "OutOfMemoryError: Container killed due to memory usage",
  final: false,
};

async function supervise(folder: string): Promise<void> {
  const plan = readNote<AttemptPlan>(folder, "plan");
  const self: ProcessNote = { pid: process.pid, identity: processIdentity(process.pid) ?? "" };
  if (!plan || !writeNote(folder, "supervisor", self)) return;
  const result = await runAttempt(folder, plan);
  // A full disk passes; until then this is the only place where the result is known.
  while (existsSync(folder) && !tryToWrite(folder, result)) await sleep(1000);
  rmSync(plan.temporaryFolder, { recursive: true, force: true });
}

async function runAttempt(folder: string, plan: AttemptPlan): Promise<AttemptResult> {
  const [program = ""] = plan.command;
  const found = findProgram(program, plan.directory, plan.environment.PATH ?? "");
  if (!found.found) return cannotStart(found.reason);
  let s3: S3Endpoint | undefined;
  try {
    s3 = await startS3(plan);
  } catch (error) {
    return cannotStart(`its objects cannot be served: ${error}`);
  }
  try {
    return await runCommand(folder, found.path, { ...plan, environment: withEndpoint(plan.environment, s3) });
  } finally {
    await s3?.close();
  }
}

async function runCommand(folder: string, program: string, plan: AttemptPlan): Promise<AttemptResult> {
  const log = openLogFile(plan.logPath, Date.now, plan.logLimits);
  let output: JobOutput;
  try {
    mkdirSync(plan.temporaryFolder, { recursive: true });
    output = openJobOutput(join(folder, "output"), (lines) => log.append(lines));
  } catch (error) {
    return cannotStart(String(error));
  }
  const child = spawn("/bin/sh", ["-c", GATE, "cirrus-job", output.path, program, ...plan.command.slice(1)], {
    cwd: plan.directory,
    env: plan.environment,
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  if (child.pid === undefined) return cannotStart(await spawnError(child));
  const startedAt = Date.now();
  const running: RunningNote = { pid: child.pid, identity: processIdentity(child.pid) ?? "", startedAt };
  try {
    writeNote(folder, "running", running);
  } catch (error) {
    signalGroup(child.pid, "SIGKILL");
    return cannotStart(`its process cannot be noted: ${error}`);
  }
  const watched = watch(child, child.pid, plan, dirname(folder), startedAt);
  openGate(child);
  const { exitCode, verdict } = await watched;
  signalGroup(child.pid, "SIGKILL");
  killSandbox(plan.temporaryFolder);
  await output.drain();
  log.close();
  return {
    succeeded: exitCode === 0 && !verdict,
    final: verdict?.final ?? false,
    StartedAt: startedAt,
    StoppedAt: Date.now(),
    StatusReason: verdict?.statusReason ?? ENDED,
    Container: { ExitCode: exitCode, LogStreamName: plan.logStreamName, Reason: verdict?.reason },
  };
}

/** Of this attempt alone: it is there as long as the command, however often the runtime is stopped and started meanwhile. */
async function startS3({ objects }: AttemptPlan): Promise<S3Endpoint | undefined> {
  if (objects === undefined) return undefined;
  // Loaded for those that need it: the supervisor of another job is up sooner.
  const { startS3Endpoint } = await import("../s3/endpoint.ts");
  return startS3Endpoint(objects);
}

/** Resolves when the command has ended, by itself or because it was made to. */
async function watch(
  child: ChildProcess,
  group: number,
  plan: AttemptPlan,
  jobFolder: string,
  startedAt: number,
): Promise<{ exitCode: number; verdict: Verdict | undefined }> {
  let verdict: Verdict | undefined;
  let killAt = Number.POSITIVE_INFINITY;
  const stop = (why: Verdict) => {
    if (verdict) return;
    verdict = why;
    killAt = Date.now() + plan.graceMs;
    signalGroup(group, "SIGTERM");
  };
  const look = () => {
    const termination = readNote<Termination>(jobFolder, "terminate");
    if (termination) stop({ statusReason: termination.reason, final: true });
    if (plan.timeoutMs !== undefined && Date.now() - startedAt >= plan.timeoutMs) stop(TIMED_OUT);
    if (Date.now() >= killAt) signalGroup(group, "SIGKILL");
    if (memoryOf(groupMembers(group)) <= plan.memoryMiB * 1024 * 1024) return;
    verdict ??= OUT_OF_MEMORY;
    signalGroup(group, "SIGKILL");
  };
  const timer = setInterval(look, WATCH_MS);
  process.once("SIGTERM", () => stop(HOST_STOPPED));
  const exitCode = await new Promise<number>((resolve) => {
    // As a shell reports it: 128 and the signal's number.
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  clearInterval(timer);
  return { exitCode, verdict };
}

function openGate(child: ChildProcess): void {
  const gate = child.stdio[3];
  if (!gate || !("write" in gate)) return;
  // The command may be killed before it has read.
  gate.on("error", () => {});
  gate.write("go\n");
  gate.end();
}

function spawnError(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
  });
}

function cannotStart(reason: string): AttemptResult {
  return neverStarted(reason, Date.now());
}

function tryToWrite(folder: string, result: AttemptResult): boolean {
  try {
    writeNote(folder, "result", result);
    return true;
  } catch {
    return false;
  }
}

const [, , folder] = process.argv;
if (folder) await supervise(folder);
