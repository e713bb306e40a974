/**
 * Environments on machines that come and go: what one has installed is kept as an archive, and the next begins with it. A
 * machine to which nobody has brought anything yet builds as any other does.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentArchives } from "../../aws/loops/environment-archives.ts";
import { describeError } from "../../errors.ts";
import type { EnvironmentOutcome, EnvironmentRequest, Environments } from "../../loop/environments.ts";

export interface StoredEnvironmentsOptions {
  readonly archives: EnvironmentArchives;
  /** Always the same path, for virtual environments know where they are. */
  readonly folder: string;
  /** What installs into a folder. */
  install(folder: string): Environments;
  /** What archives are made for besides requirements: another version of Python cannot use them. */
  readonly madeFor: string;
}

/** The archive of what an organisation used last, whatever it required: better than nothing while something new cannot be built. */
const LAST = "last";

export function makeStoredEnvironments({
  archives,
  folder,
  install,
  madeFor,
}: StoredEnvironmentsOptions): Environments {
  const installing = new Map<string, Environments>();

  async function fetchOnce(request: EnvironmentRequest, key: string, installed: string): Promise<void> {
    if (existsSync(installed)) return;
    try {
      const found = await archives.fetch(request.codops, key, installed);
      if (!found) await archives.fetch(request.codops, `${LAST}-${madeFor}`, installed);
    } catch (thrown) {
      request.log([`The stored environment cannot be used, so it is made here: ${describeError(thrown).cause}`]);
    }
  }

  async function keep({ codops, log }: EnvironmentRequest, key: string, installed: string): Promise<void> {
    const parts = KINDS.filter((kind) => existsSync(join(installed, kind)));
    try {
      await archives.store(codops, key, installed, parts);
      await archives.store(codops, `${LAST}-${madeFor}`, installed, parts);
    } catch (thrown) {
      log([`The environment cannot be stored, so the next machine makes it anew: ${describeError(thrown).cause}`]);
    }
  }

  async function prepare(request: EnvironmentRequest): Promise<EnvironmentOutcome> {
    const own = join(folder, request.codops);
    const installed = installing.get(own) ?? install(own);
    installing.set(own, installed);
    if (request.requirements.length === 0) return await installed.prepare(request);
    const key = keyOf(request.requirements, madeFor);
    const place = join(own, "environments");
    await fetchOnce(request, key, place);
    const before = contentsOf(place);
    const outcome = await installed.prepare(request);
    const isNew = contentsOf(place) !== before;
    if (outcome.outcome === "ready" && outcome.warnings.length === 0 && isNew) await keep(request, key, place);
    return outcome;
  }

  return { prepare };
}

function keyOf(requirements: readonly string[], madeFor: string): string {
  const text = JSON.stringify([...new Set(requirements)].sort());
  return `${createHash("sha256").update(text).digest("hex").slice(0, 32)}-${madeFor}`;
}

/** What is installed; what lies beside it is of the machine. */
const KINDS = ["python", "node"];

/** The names of what is installed. */
function contentsOf(folder: string): string {
  const names = KINDS.map((kind) => {
    const own = join(folder, kind);
    return existsSync(own) ? readdirSync(own).sort() : [];
  });
  return JSON.stringify(names);
}
