/** Installs the packages of npm that an organisation's notebooks and tasks in TypeScript or JavaScript require. */
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Build } from "./builds.ts";
import type { Installer } from "./installer.ts";

const NPM = "npm:";

export function isOfNpm(requirement: string): boolean {
  return requirement.startsWith(NPM);
}

/**
 * No scripts of packages are run: what only prepares a package for its use must not be the moment at which somebody
 * else's code runs with the rights of whoever started the loops.
 */
const INSTALL = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"] as const;

export function buildNodePackages(installer: Installer): Build {
  return async (job) => {
    const dependencies = Object.fromEntries(job.requirements.map(dependencyOf));
    const about = { name: "cirrus-environment", private: true, type: "module", dependencies };
    writeFileSync(join(job.path, "package.json"), JSON.stringify(about, undefined, 2));
    keepVersions(job.before?.path, job.path);
    job.log([`$ ${INSTALL.join(" ")}`]);
    const { succeeded, lines } = await installer.run(INSTALL, { ...job, directory: job.path });
    if (succeeded) return { outcome: "built" };
    const errors = lines.filter((line) => /npm error/i.test(line) && !/complete log/.test(line));
    const reason = errors.slice(0, 4).join("; ").slice(0, 2000) || "npm could not install its packages";
    return { outcome: "failed", reason, offline: lines.some((line) => /ENOTFOUND|ECONNREFUSED|EAI_AGAIN/.test(line)) };
  };
}

/** What has not changed stays at the version that it was installed with. */
function keepVersions(before: string | undefined, path: string): void {
  const lock = before === undefined ? undefined : join(before, "package-lock.json");
  if (lock !== undefined && existsSync(lock)) copyFileSync(lock, join(path, "package-lock.json"));
}

/** `npm:@scope/name@^2` */
function dependencyOf(requirement: string): readonly [string, string] {
  const text = requirement.slice(NPM.length).trim();
  const at = text.indexOf("@", 1);
  return at < 0 ? [text, "*"] : [text.slice(0, at), text.slice(at + 1)];
}
