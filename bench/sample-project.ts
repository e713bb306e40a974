/** A project in a temporary folder: workflows of three tasks that do next to nothing, so that what is left is ours. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Variant {
  /** The workflow's name, and the beginning of its tasks' names. */
  readonly name: string;
  readonly title: string;
  /** A handler as Lambda calls it, or one that is made with the SDK. */
  readonly kind: "plain" | "sdk";
  readonly taskMs: number;
}

export const STEPS = ["first", "second", "third"] as const;

/** Writes the project; `remove` leaves nothing behind. */
export function writeProject(variants: readonly Variant[]): { readonly root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
  writeFileSync(
    join(root, "cirrus.yml"),
    "service: bench\nprovider:\n  name: aws\n  stage: dev\n  region: us-west-2\n",
  );
  writeFileSync(join(root, "package.json"), '{ "type": "module" }\n');
  symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(root, "node_modules"));
  for (const variant of variants) {
    for (const step of STEPS) {
      const name = `${variant.name}-${step}`;
      write(root, `tasks/${name}/definition.yml`, DEFINITION);
      write(root, `tasks/${name}/handler.ts`, variant.kind === "sdk" ? sdkTask(name, variant) : plainTask(variant));
    }
    write(root, `workflows/${variant.name}/definition.yml`, workflow(variant));
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function write(root: string, path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

const DEFINITION = `description: Measured
enabled: true
lambda:
  enabled: true
  memorySize: 256
  timeout: 60
  handler: handler.handler
`;

/** Each handler adds the milliseconds that it took: what is not in the sum was not spent in tasks. */
function plainTask({ taskMs }: Variant): string {
  return `import { setTimeout as sleep } from "node:timers/promises";
export const handler = async (event: { inside?: number[] }) => {
  const start = performance.now();
  ${taskMs > 0 ? `await sleep(${taskMs});` : ""}
  return { ...event, inside: [...(event.inside ?? []), performance.now() - start] };
};
`;
}

function sdkTask(name: string, { taskMs }: Variant): string {
  return `import { setTimeout as sleep } from "node:timers/promises";
import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
export const handler = defineTask({
  name: "${name}",
  parameters: z.object({}),
  async run({ payload }) {
    const start = performance.now();
    ${taskMs > 0 ? `await sleep(${taskMs});` : ""}
    return { ...payload, inside: [...(payload.inside ?? []), performance.now() - start] };
  },
});
`;
}

function workflow({ name, title }: Variant): string {
  const states = STEPS.map((step, index) => {
    const next = STEPS[index + 1];
    const end = next === undefined ? "End: true" : `Next: ${next}`;
    return `    ${step}:\n      Type: Task\n      Resource: !GetAtt ${name}-${step}.Arn\n      ${end}\n`;
  });
  return `name: "#{AWS::StackName}-${name}"\ndescription: ${title}\nenabled: true\ndefinition:\n  StartAt: ${STEPS[0]}\n  States:\n${states.join("")}`;
}
