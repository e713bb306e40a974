/** Asks one of the programs beside this file many things at once: a JSON text goes in, a line comes out for each. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { wholeEnvironment } from "../../env.ts";
import type { Json } from "../../json.ts";

export interface PythonSettings {
  /** Name or path of an interpreter. */
  readonly python: string;
  /** Without an answer for so long it is ended. */
  readonly patienceMs: number;
}

export const PYTHON: PythonSettings = { python: "python3", patienceMs: 20_000 };

/** What it answered before it ended, in order. */
export interface PythonAnswers {
  readonly ended: "done" | "died" | "silent" | "absent";
  readonly answers: readonly Json[];
  /** Why it died, for people. */
  readonly reason: string;
}

export function askPython(program: string, questions: Json, settings: PythonSettings): Promise<PythonAnswers> {
  const { promise, resolve } = Promise.withResolvers<PythonAnswers>();
  const file = join(dirname(fileURLToPath(import.meta.url)), program);
  if (!existsSync(file)) return Promise.resolve({ ended: "absent", answers: [], reason: `${file} is not there` });
  const child = spawn(settings.python, [file], {
    stdio: "pipe",
    env: { ...wholeEnvironment(), PYTHONIOENCODING: "utf-8", PYTHONUTF8: "1" },
  });
  const answers: Json[] = [];
  let [rest, complaints, silent] = ["", "", false];
  const giveUp = () => {
    silent = true;
    child.kill("SIGKILL");
  };
  let patience = setTimeout(giveUp, settings.patienceMs);
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    clearTimeout(patience);
    patience = setTimeout(giveUp, settings.patienceMs);
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    answers.push(...lines.flatMap(parseAnswer));
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    complaints = (complaints + part).slice(-2000);
  });
  child.once("error", (error) => {
    clearTimeout(patience);
    resolve({ ended: "absent", answers, reason: error.message });
  });
  child.once("close", (code, signal) => {
    clearTimeout(patience);
    const reason = complaints.trim().split("\n").at(-1) || `it ended with ${signal ?? code}`;
    resolve({ ended: silent ? "silent" : code === 0 ? "done" : "died", answers, reason });
  });
  // It may be gone before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(questions));
  return promise;
}

/** What prints when any Python starts (a wrapper, a `sitecustomize`) prints here too: its lines are no answers. */
function parseAnswer(line: string): readonly Json[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
