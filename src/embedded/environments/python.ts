/** The machine's own Python: where it is, what it can do, and whether what is installed for it is what is required. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface SystemPython {
  /** The interpreter itself, and not what finds it: a shim in between takes 80 ms of every start. */
  readonly executable: string;
  /** With implementation and platform: what is built for one is not for another. */
  readonly version: string;
  readonly hasEnsurepip: boolean;
  /** pip can install for another interpreter than its own, as it can since 22.3. */
  readonly pipReaches: boolean;
}

const run = promisify(execFile);
const LONGEST_MS = 60_000;

const PROBE = `
import json, platform, sys, sysconfig

def has(module):
    try:
        return __import__(module)
    except ImportError:
        return None

pip = has("pip")
print(json.dumps({
    "executable": sys.executable,
    "version": f"{platform.python_implementation()} {platform.python_version()} {sysconfig.get_platform()}",
    "hasEnsurepip": has("ensurepip") is not None,
    "pipReaches": pip is not None and [int(part) for part in pip.__version__.split(".")[:2]] >= [22, 3],
}))
`;

/** Undefined where there is none that runs. */
export async function probePython(
  command: string,
  environment: Readonly<Record<string, string>>,
): Promise<SystemPython | undefined> {
  try {
    const { stdout } = await run(command, ["-c", PROBE], { env: environment, timeout: LONGEST_MS });
    return JSON.parse(lastLine(stdout)) as SystemPython; // PROBE prints it
  } catch {
    return undefined;
  }
}

const MISSING = `
import json, sys
from importlib import metadata
try:
    from packaging.requirements import Requirement
except ImportError:
    from pip._vendor.packaging.requirements import Requirement

missing = []

def look(requirement):
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return
    try:
        found = metadata.distribution(requirement.name)
    except metadata.PackageNotFoundError:
        missing.append(requirement.name)
        return
    # Of what lies behind an address only the name can be compared, and that says nothing.
    if requirement.url or not requirement.specifier.contains(found.version, prereleases=True):
        missing.append(requirement.name)
    for text in found.requires or []:
        further = Requirement(text)
        for extra in requirement.extras:
            if further.marker and "extra" in str(further.marker) and further.marker.evaluate({"extra": extra}):
                further.marker = None
                look(further)
                break

for text in json.loads(sys.argv[1]):
    look(Requirement(text))
print(json.dumps(missing))
`;

/** Names of what is required and not installed for it; undefined where that cannot be said. */
export async function missingFor(
  { executable }: SystemPython,
  requirements: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[] | undefined> {
  try {
    const args = ["-c", MISSING, JSON.stringify(requirements)];
    const { stdout } = await run(executable, args, { env: environment, timeout: LONGEST_MS });
    return JSON.parse(lastLine(stdout)) as string[]; // MISSING prints them
  } catch {
    return undefined;
  }
}

/** Before it stands what prints when any Python starts. */
function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
