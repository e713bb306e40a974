/** Starts the third-party AWS emulator, with what our wrapper adds to it, as a process group of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { EMULATOR_FOLDER, preparePython } from "./python-environment.ts";

export interface Emulator {
  readonly endpoint: string;
  /** What the emulator wrote, the output of Lambdas that could not start included. */
  readonly log: string;
  stop(): Promise<void>;
}

const REGION = "us-west-2";

const READY_WITHIN_MS = 180_000;

/** Whatever else may listen there need not answer. */
const ANSWER_MS = 10_000;

const STOPPED_WITHIN_MS = 5_000;

const ROOT = resolve(import.meta.dirname, "../..");

/** What a client needs to reach an emulator, as environment variables: any credentials do. */
export function emulatorEnvironment(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

export async function startEmulator(options: { readonly port?: number } = {}): Promise<Emulator> {
  const environment = await preparePython();
  if (environment.outcome === "unavailable") throw new Error(`No emulator: ${environment.reason}.`);

  for (let tries = 1; ; tries += 1) {
    try {
      return await startAt(options.port ?? (await freePort()), environment.python);
    } catch (error) {
      if (options.port !== undefined || tries === 3 || !(error instanceof PortTaken)) throw error;
    }
  }
}

/** Between its choice and the emulator's begin, another process was given the port. */
class PortTaken extends Error {}

async function startAt(port: number, python: string): Promise<Emulator> {
  const endpoint = `http://127.0.0.1:${port}`;
  const work = mkdtempSync(join(tmpdir(), "cirrus-emulator-"));
  const log = join(EMULATOR_FOLDER, `emulator-${port}.log`);
  mkdirSync(EMULATOR_FOLDER, { recursive: true });
  const output = openSync(log, "w");
  const child = spawn(python, ["-m", "emulator"], {
    cwd: work,
    // The wrapper ends with its standard input, so that a killed test run leaves nothing behind.
    stdio: ["pipe", output, output],
    detached: true,
    env: { ...process.env, ...emulatorEnvironment(endpoint), ...settings(port, work) },
  });
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(work, { recursive: true, force: true });
  };
  try {
    await untilReady(child, endpoint);
  } catch (error) {
    await stop();
    const said = readFileSync(log, "utf8");
    const tail = said.split("\n").slice(-15).join("\n");
    const message = `The emulator did not start: ${String(error)}\nIts log, ${log}, ends:\n${tail}`;
    throw new (said.includes("already in use") ? PortTaken : Error)(message, { cause: error });
  }
  return { endpoint, log, stop };
}

function settings(port: number, work: string): Readonly<Record<string, string>> {
  return {
    GATEWAY_PORT: String(port),
    BIND_HOST: "127.0.0.1",
    // Lambdas run as child processes with the first `node` of the path: the project's own.
    LAMBDA_EXECUTOR: "local",
    PATH: `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
    // What an image holds of programs.
    BATCH_PROGRAMS: join(ROOT, "bin"),
    IMAGE_HANDLERS: join(ROOT, "docker", "loops"),
    // Nobody waits for the pauses between the tries of a state.
    SFN_WAIT_SCALE: "0.05",
    IOT_MTLS_ENABLED: "0",
    PYTHONPATH: import.meta.dirname,
    PYTHONDONTWRITEBYTECODE: "1",
    TMPDIR: work,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}

async function untilReady(child: ChildProcess, endpoint: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const ready = await fetch(`${endpoint}/_ministack/ready`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await pause(100);
  }
  throw new Error(`it was not ready within ${READY_WITHIN_MS / 1000} seconds`);
}

/** Ends the whole group: the emulator, its Lambdas and its jobs. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  signal(child.pid, "SIGTERM");
  await Promise.race([ended, pause(STOPPED_WITHIN_MS)]);
  signal(child.pid, "SIGKILL");
  await ended;
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // The group is gone already.
  }
}
