/** Runs Git as a child process that asks nobody, starts nothing of a repository's own and ends in time. */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { definedOf, wholeEnvironment } from "../../env.ts";
import { CirrusError } from "../../errors.ts";
import { makeTurns } from "./git-turns.ts";

export interface GitCall {
  readonly cwd?: string | undefined;
  /** Besides those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** It talks to another machine: those that wait for one must not keep the others from starting. */
  readonly remote?: boolean | undefined;
  /** Sees the output as it comes; `false` says that it has seen enough. */
  read?(chunk: Buffer): boolean;
}

/** Git ended with an error. */
export class GitFailed extends CirrusError {
  /** Undefined where it was ended. */
  readonly status: number | undefined;
  /** What it said, in English. */
  readonly said: string;
  /** The same in one line. */
  readonly reason: string;

  constructor(verb: string, status: number | undefined, said: string) {
    const reason = reasonOf(status, said);
    super(`git ${verb}: ${reason}`, { hint: /dubious ownership/.test(said) ? OWNED : undefined });
    this.status = status;
    this.said = said;
    this.reason = reason;
  }
}

/** What Git prints; throws `GitFailed`. No argument comes from outside but behind `--`, or in a form that is no option. */
export function git(args: readonly string[], call: GitCall = {}): Promise<Buffer> {
  return call.remote === true ? run(args, call) : turns.take(() => run(args, call));
}

const turns = makeTurns(16);

function run(args: readonly string[], call: GitCall): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A session of its own: no terminal is left that ssh could ask for a password at.
    const child = spawn("git", [...SETTINGS, ...args], {
      cwd: call.cwd,
      env: { ...inherited(), ...call.env },
      stdio: [call.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    if (call.remote === true) letGo(child);
    const out: Buffer[] = [];
    let said = "";
    let enough = false;
    const timeout = call.timeoutMs ?? TIMEOUT_MS;
    const timer = setTimeout(() => {
      said = `It did not end within ${timeout / 1000} seconds.`;
      killGroup(child);
    }, timeout);
    if (call.remote === true) timer.unref();
    child.stdout?.on("data", (chunk: Buffer) => {
      if (call.read === undefined) out.push(chunk);
      else if (!enough && !call.read(chunk)) {
        enough = true;
        killGroup(child);
      }
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      if (said.length < LONGEST_SAID) said += chunk.toString("utf8");
    });
    child.stdin?.on("error", ignore);
    child.stdin?.end(call.input);
    child.on("error", (error) => {
      clearTimeout(timer);
      running.delete(child);
      reject(notStarted(error, call.cwd));
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      running.delete(child);
      if (status === 0 || enough) resolve(Buffer.concat(out));
      else reject(new GitFailed(verbOf(args), status ?? undefined, said));
    });
  });
}

/** Nothing of Git outlives this process: alone in their sessions they would go on for minutes. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) killGroup(child);
});

/** Whoever waits for a fetch waits by a clock; a process that has nothing else to do need not. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
}

/**
 * Hooks, monitors and signatures would start programs that a repository names. What is checked out is what was
 * committed, whatever is set for people's own work.
 */
const SETTINGS: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.sparseCheckout=false",
  "core.autocrlf=false",
  "core.quotePath=false",
  "log.showSignature=false",
  "log.follow=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "protocol.ext.allow=never",
  "http.lowSpeedLimit=1",
  "http.lowSpeedTime=30",
].flatMap((setting) => ["-c", setting]);

const TIMEOUT_MS = 60_000;
const LONGEST_SAID = 16_384;

/** Where this process was started by a hook or an alias, Git's own variables would name another repository. */
let environment: Readonly<Record<string, string>> | undefined;
function inherited(): Readonly<Record<string, string>> {
  if (environment !== undefined) return environment;
  const own = Object.entries(definedOf(wholeEnvironment())).filter(([name]) => !PLACE.test(name));
  environment = {
    ...Object.fromEntries(own),
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    SSH_ASKPASS_REQUIRE: "never",
    GIT_ASKPASS: "",
    LC_ALL: "C",
  };
  return environment;
}

const PLACE =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|CEILING_DIRECTORIES|TRACE.*|PAGER|EDITOR|LITERAL_PATHSPECS|GLOB_PATHSPECS|ICASE_PATHSPECS)$/;

/** With everything it has started, such as ssh. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** The first word that is neither an option nor belongs to one. */
function verbOf(args: readonly string[]): string {
  return args.find((arg, index) => /^[a-z]/.test(arg) && !["-c", "-C"].includes(args[index - 1] ?? "")) ?? "";
}

function reasonOf(status: number | undefined, said: string): string {
  const words = said
    .split("\n")
    .map((line) => line.replace(/^(?:fatal|error): /, "").trim())
    .filter((line) => line !== "" && !line.startsWith("hint: "));
  return words.slice(0, 3).join(" ") || (status === undefined ? "It was ended." : `It ended with status ${status}.`);
}

const OWNED =
  "The folder belongs to somebody else. Allow it with git config --global --add safe.directory and the folder's path.";

function notStarted(error: NodeJS.ErrnoException, cwd: string | undefined): CirrusError {
  if (error.code !== "ENOENT") return new CirrusError(`Git cannot be started: ${error.message}`, { cause: error });
  const hint = "Install git, and see that it is on the PATH.";
  return new CirrusError(`Git is not installed${cwd === undefined ? "" : `, or ${cwd} is gone`}.`, {
    cause: error,
    hint,
  });
}

function ignore(): void {
  // Git that ends before it has read everything says why by itself.
}
