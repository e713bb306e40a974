/** Runs cfn-lint, checkov and cdk-nag over a template and gives what they find in one form. */
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import * as z from "zod";

export interface Finding {
  readonly tool: "cfn-lint" | "checkov" | "cdk-nag";
  readonly rule: string;
  /** Logical ID; empty where it is about the template as a whole. */
  readonly resource: string;
  /** What tells two findings of one rule in one resource apart. */
  readonly detail: string;
  readonly message: string;
}

export const NAG_FOLDER = join(import.meta.dirname, "nag");

const LINTER_TIMEOUT_MS = 5 * 60_000;

export async function runLinters(template: string, region: string, python: string): Promise<Finding[]> {
  return (
    await Promise.all([runCfnLint(template, region, python), runCheckov(template, python), runNag(template)])
  ).flat();
}

const cfnLintOutput = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
    Message: z.string(),
  }),
);

async function runCfnLint(template: string, region: string, python: string): Promise<Finding[]> {
  // The program is named whole: its first line names the folder that the environment was made in, before it was moved.
  const args = [join(dirname(python), "cfn-lint"), "--format", "json", "--regions", region, "--template", template];
  const found = cfnLintOutput.parse(await readJson(python, args));
  return found.map(({ Rule, Location, Message }) => {
    const [section = "", id = "", ...rest] = Location.Path ?? [];
    const resource = section === "Resources" ? String(id) : `${section}/${id}`;
    return { tool: "cfn-lint", rule: Rule.Id, resource, detail: rest.join("/"), message: Message };
  });
}

const checkovOutput = z.object({
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
  summary: z.object({ parsing_errors: z.number(), resource_count: z.number() }),
});

async function runCheckov(template: string, python: string): Promise<Finding[]> {
  // It asks nobody: without --skip-download it looks for guidelines on its maker's server.
  const options = ["--framework", "cloudformation", "--quiet", "--compact", "--skip-download", "--output", "json"];
  const { results, summary } = checkovOutput.parse(
    await readJson(python, ["-m", "checkov.main", "--file", template, ...options]),
  );
  if (summary.parsing_errors > 0 || summary.resource_count === 0) throw new Error(`checkov cannot read ${template}`);
  return results.failed_checks.map(({ check_id: rule, check_name: message, resource }) => {
    const id = resource.split(".").at(-1) ?? resource;
    return { tool: "checkov", rule, resource: id, detail: "", message };
  });
}

const nagOutput = z.array(
  z.object({ rule: z.string(), resource: z.string(), detail: z.string(), message: z.string() }),
);

async function runNag(template: string): Promise<Finding[]> {
  const found = nagOutput.parse(await readJson(process.execPath, [join(NAG_FOLDER, "nag.js"), template]));
  return found.map((finding) => ({ tool: "cdk-nag", ...finding }));
}

/** Linters say by their status that they found something: what counts is whether they printed JSON. */
function readJson(program: string, args: readonly string[]): Promise<unknown> {
  const options = { timeout: LINTER_TIMEOUT_MS, maxBuffer: 64 * 1024 ** 2 };
  return new Promise((resolve, reject) => {
    execFile(program, [...args], options, (_error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(
          new Error(`${args.slice(0, 2).join(" ")} printed no JSON:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`),
        );
      }
    });
  });
}
