/** Builds a virtual environment with whatever this machine has for it: venv with pip, uv or virtualenv. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Build, BuildJob, Built } from "./builds.ts";
import { installFailure } from "./install-failure.ts";
import type { Installer, InstallerEnd } from "./installer.ts";
import type { SystemPython } from "./python.ts";

type Command = readonly [string, ...string[]];

export interface VirtualEnvironmentPorts {
  readonly installer: Installer;
  readonly python: SystemPython;
  readonly environment: Readonly<Record<string, string>>;
}

export function pythonIn(path: string): string {
  return join(path, "bin", "python");
}

export function buildVirtualEnvironment(ports: VirtualEnvironmentPorts): Build {
  return async (job) => {
    const odd = job.requirements.find((text) => !/^[A-Za-z0-9][^\r\n]*$/.test(text));
    if (odd !== undefined) return failed(`"${odd}" is no requirement of a package`);
    const file = join(job.path, "requirements.txt");
    // A file, and not arguments: nothing that is written in it can be an option of pip.
    writeFileSync(file, job.requirements.map((text) => `${text}\n`).join(""));
    const commands = await commandsFor(ports, job.path, file);
    if (commands === undefined) return failed(NO_TOOL);
    for (const command of commands) {
      job.log([`$ ${command.join(" ")}`]);
      const end = await ports.installer.run(command, { ...job, directory: job.path });
      if (!end.succeeded) return failedAs(end, job, ports.python);
    }
    return { outcome: "built" };
  };
}

const NO_TOOL =
  "No virtual environment can be made on this machine: Python has neither pip nor ensurepip, and there is no uv and no " +
  "virtualenv. On Debian and Ubuntu: apt install python3-venv";

async function commandsFor(
  { python, environment }: VirtualEnvironmentPorts,
  path: string,
  file: string,
): Promise<readonly Command[] | undefined> {
  const { executable } = python;
  // `python -m pip`, never the script: the kernel takes no first line of a script that is longer than 127 bytes.
  const install = ["install", ...PIP_OPTIONS, "--requirement", file];
  // Without copying pip into it: 0.1 instead of 3 s, and Debian's Python can do it without python3-venv.
  if (python.pipReaches) {
    return [
      [executable, "-m", "venv", "--without-pip", path],
      [executable, "-m", "pip", "--python", pythonIn(path), ...install],
    ];
  }
  if (python.hasEnsurepip) {
    return [
      [executable, "-m", "venv", path],
      [pythonIn(path), "-m", "pip", ...install],
    ];
  }
  if (await isThere("uv", environment)) {
    return [
      ["uv", "venv", "--allow-existing", "--python", executable, path],
      ["uv", "pip", "install", "--python", pythonIn(path), "--requirement", file],
    ];
  }
  if (!(await isThere("virtualenv", environment))) return undefined;
  return [
    ["virtualenv", "--python", executable, path],
    [pythonIn(path), "-m", "pip", ...install],
  ];
}

/** Retries: an index that cannot be reached is said to be so within seconds. */
const PIP_OPTIONS = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "2"];

async function isThere(program: string, environment: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await promisify(execFile)(program, ["--version"], { env: environment, timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

function failedAs({ lines }: InstallerEnd, { requirements, signal }: BuildJob, python: SystemPython): Built {
  if (signal.aborted) return failed("Building it was ended");
  const reason = installFailure(lines, { requirements, python: python.version });
  if (!lines.some(saysOffline)) return failed(reason);
  return { outcome: "failed", reason: `The index of packages cannot be reached. ${reason}`, offline: true };
}

/** As pip and uv say that there is no way to the index. */
function saysOffline(line: string): boolean {
  return /NewConnectionError|Failed to establish a new connection|name resolution|Network is unreachable|ConnectTimeout|ReadTimeout|Connection refused|dns error|ProxyError/i.test(
    line,
  );
}

function failed(reason: string): Built {
  return { outcome: "failed", reason, offline: false };
}
