/**
 * What a task sees of the environment of whoever started the loops: what a program needs to run at all, to speak a
 * language and to reach the network. Everything else may be a secret, and the code of a repository is not given it
 * unless somebody names it.
 */
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Environment } from "../../loop/environments.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";

/** `HOME` leads to what a user's programs keep there, such as profiles of AWS: they are used by name, not by value. */
const PASSED_ON = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"],
  ...["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"],
]);

export type Variables = Readonly<Record<string, string | undefined>>;

/** `named`: names of more variables; one that ends with `*` stands for all that begin so. */
export function passedOn(whole: Variables, named: readonly string[] = []): Readonly<Record<string, string>> {
  const isNamed = (name: string) =>
    named.some((one) => (one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one));
  const passed = Object.entries(whole).flatMap(([name, value]) =>
    value !== undefined && (PASSED_ON.has(name) || name.startsWith("LC_") || isNamed(name)) ? [[name, value]] : [],
  );
  // Without a language Python would take what it reads and prints for ASCII.
  return { LANG: "C.UTF-8", ...Object.fromEntries(passed) };
}

/** On top of that: which execution it is, and the organisation's programs first. */
export function variablesOf(
  execution: LoopExecution,
  environment: Environment,
  path = "/usr/bin:/bin",
): Readonly<Record<string, string>> {
  const { python, nodeModules } = environment;
  const first = [
    ...(isAbsolute(python) ? [dirname(python)] : []),
    ...(nodeModules === undefined ? [] : [join(nodeModules, ".bin")]),
  ];
  return {
    PATH: [...first, path].join(delimiter),
    // What it prints is in the log at once, also when it is killed; and a crash of the interpreter says where.
    PYTHONUNBUFFERED: "1",
    PYTHONFAULTHANDLER: "1",
    CIRRUS_EXECUTION: execution.id,
    CIRRUS_LOOP: execution.loop,
    CIRRUS_LOOP_TASK: taskKey(execution.task),
    CIRRUS_ATTEMPT: String(execution.attempt),
    CIRRUS_COMMIT: execution.version.headCommit,
  };
}
