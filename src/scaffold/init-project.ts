/** The files of a new project: its configuration, one task, one workflow, and payloads that it runs at once. */
import { readFileSync } from "node:fs";
import { workflowFiles } from "./create-part.ts";
import { fillFileTemplate } from "./templates.ts";
import type { NewFiles } from "./write-files.ts";

export interface ProjectRequest {
  /** The service: a part of every name that the project has on AWS. */
  readonly service: string;
  /** As npm takes it: `^1.2.0`, or `file:` and a folder. */
  readonly cirrus: string;
  /** The package's own manifest, whose versions the project gets. */
  readonly manifest: Manifest;
  /** The package's own serverless.yml: it is the same for every project. */
  readonly serverlessFile: string;
}

export interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const HELLO = { name: "hello", description: "Leaves a note on every item" };

export function projectFiles({ service, cirrus, manifest, serverlessFile }: ProjectRequest): NewFiles {
  const values = { name: service };
  return {
    "package.json": packageJson(service, cirrus, manifest),
    "cirrus.yml": fillFileTemplate("project/cirrus.yml", values),
    "serverless.yml": readFileSync(serverlessFile, "utf8"),
    "tsconfig.json": fillFileTemplate("project/tsconfig.json", values),
    // npm leaves files of this very name out of a package.
    ".gitignore": fillFileTemplate("project/gitignore", values),
    "README.md": fillFileTemplate("project/README.md", values),
    "feeders/README.md": fillFileTemplate("project/feeders/README.md", values),
    "cloudformation/README.md": fillFileTemplate("project/cloudformation/README.md", values),
    ...within("tasks/hello", helloTask()),
    ...within("workflows/hello", workflowFiles(HELLO, [{ name: "hello", jobId: undefined }])),
    ...within("examples", examples()),
  };
}

function helloTask(): NewFiles {
  const values = { ...HELLO, jobId: "" };
  const files = ["README.md", "handler.ts", "handler.test.ts", "payload.json"];
  const definition = ["definition.yml", "definition.lambda.yml"].map((file) =>
    fillFileTemplate(`task/${file}`, values),
  );
  return {
    "definition.yml": definition.join(""),
    ...Object.fromEntries(files.map((file) => [file, fillFileTemplate(`task/${file}`, values)])),
  };
}

/** One that succeeds, and one that is invalid on purpose. */
function examples(): NewFiles {
  const hello = JSON.parse(fillFileTemplate("task/payload.json", HELLO));
  const wrong = structuredClone(hello);
  wrong.features[0].id = "scene-2";
  wrong.process[0].tasks.hello.note = 5;
  return {
    "hello.json": toText(hello),
    "invalid-note.json": toText(wrong),
    "expected.json": toText({
      "hello.json": { workflow: "hello", state: "SUCCEEDED" },
      "invalid-note.json": { workflow: "hello", state: "INVALID", error: "InvalidInput" },
    }),
  };
}

function packageJson(service: string, cirrus: string, { name, dependencies, devDependencies }: Manifest): string {
  const own = { ...dependencies, ...devDependencies };
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, own[one] ?? "*"]));
  return toText({
    name: service.toLowerCase(),
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { start: "cirrus examples", test: "vitest run", check: "cirrus check && tsc" },
    dependencies: { [name]: cirrus, ...pick(["zod"]) },
    devDependencies: pick([
      "@types/node",
      "esbuild",
      "node",
      "serverless",
      "serverless-esbuild",
      "typescript",
      "vitest",
    ]),
  });
}

function within(folder: string, files: NewFiles): NewFiles {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
