/** graphile-worker, batched, on a PostgreSQL of its own: jobs that do nothing, from the queue to their end on disk. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const FILES = join(import.meta.dirname, "graphile");

export interface GraphileWorker {
  /** Jobs a second. */
  measure(jobs: number): Promise<number>;
  stop(): Promise<void>;
}

export type Started =
  | { readonly outcome: "started"; readonly peer: GraphileWorker }
  | { readonly outcome: "unavailable"; readonly reason: string };

/** In a folder that does not exist yet. Its packages come from npm, PostgreSQL has to be there. */
export async function startGraphileWorker(folder: string): Promise<Started> {
  if (!existsSync("/usr/lib/postgresql")) return { outcome: "unavailable", reason: "PostgreSQL is not installed" };
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  cpSync(FILES, folder, { recursive: true });
  try {
    await run("npm", ["install", "--no-audit", "--no-fund", "--silent"], { cwd: folder });
    const data = join(folder, "postgres");
    mkdirSync(data, { mode: 0o755 });
    await run(join(folder, "start-postgres.sh"), [data]);
    const connection = `postgres:///postgres?host=${data}&user=bench`;
    return {
      outcome: "started",
      peer: {
        async measure(jobs) {
          const { stdout } = await run(process.execPath, ["run.mjs", connection, `${jobs}`], { cwd: folder });
          const { seconds }: { seconds: number } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
          return jobs / seconds;
        },
        async stop() {
          await run(join(folder, "stop-postgres.sh"), [data]);
        },
      },
    };
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    return { outcome: "unavailable", reason: `${dirname(folder)}: ${reason}` };
  }
}
