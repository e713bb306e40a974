/** What is said of an image that is not in the registry: who needs it, and the commands that put it there. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageLookup, RegistryImage } from "../../aws/registry-images.ts";
import type { Project } from "../../project/project.ts";
import type { ImageUse } from "./named-images.ts";

export interface NamedImage {
  /** As the project names it, resolved. */
  readonly name: string;
  readonly image: RegistryImage;
  readonly uses: readonly ImageUse[];
}

export interface MissingImage extends NamedImage {
  readonly found: ImageLookup;
  /** Whether the deployment ends with it. */
  readonly refused: boolean;
}

export function describeMissing(missing: MissingImage, project: Project): string {
  const { name, image, found, uses } = missing;
  const why =
    found === "no-repository" ? `there is no repository ${image.repository}` : "the repository is there without it";
  const fails = isOfLambda(missing) ? "CloudFormation will refuse it." : "Its jobs will fail when they start.";
  const who = uses.map(({ task, user, file, line }) => {
    const of = task === undefined ? "" : `task ${task}, `;
    return `  ${of}${user} (${placeOf(file, line)})`;
  });
  const list = `aws ecr describe-images --region ${image.region} --repository-name ${image.repository}`;
  const [what, commands] =
    image.digest === undefined
      ? ["Push it:", pushCommands(missing, project)]
      : ["Name a digest that is there:", [list]];
  const advice = [what, ...commands.map((command) => `  ${command}`), otherwise(missing)];
  return [`There is no image ${name}: ${why}. ${fails}`, ...who, ...advice].join("\n");
}

function otherwise(missing: MissingImage): string {
  const { uses, refused } = missing;
  const files = [...new Set(uses.map(({ file }) => file))].join(", ");
  if (missing.image.repository === LOOPS_REPOSITORY)
    return "Or do without loops: custom.loops.Enabled: false, in cirrus.yml.";
  if (isOfLambda(missing)) return `Or disable it: \`lambda: {enabled: false}\` in ${files}.`;
  const without = uses.some(({ source }) => source === "project")
    ? `Or leave its Batch part out: \`batch: {enabled: false}\` in ${files}.`
    : "Nothing else needs it: Lambdas and their workflows work without.";
  return refused
    ? `${without} To deploy first and push later: custom.batch.MissingImages: warn, in cirrus.yml.`
    : without;
}

function isOfLambda({ uses }: MissingImage): boolean {
  return uses.some(({ kind }) => kind === "lambda");
}

/** The commands of docker/README.md and docker/loops/README.md, with everything filled in. */
function pushCommands({ name, image, found, uses }: MissingImage, project: Project): readonly string[] {
  const { region, repository } = image;
  const [registry = ""] = name.split("/");
  return [
    ...(found === "no-repository"
      ? [`aws ecr create-repository --region ${region} --repository-name ${repository}`]
      : []),
    `aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}`,
    `docker build ${buildArguments(name, image, uses, project)}`,
    `docker push ${name}`,
  ];
}

const RUNNER_REPOSITORY = "cirrus-batch";
const LOOPS_REPOSITORY = "cirrus-loops";

/** What the package brings, by the repository that cirrus.yml names. */
const DOCKERFILES: Readonly<Record<string, string | undefined>> = {
  [RUNNER_REPOSITORY]: "docker/Dockerfile",
  [LOOPS_REPOSITORY]: "docker/loops/Dockerfile",
};

function buildArguments(
  name: string,
  { repository }: RegistryImage,
  uses: readonly ImageUse[],
  project: Project,
): string {
  const own = DOCKERFILES[repository];
  if (own === undefined) {
    // A task that brings a Dockerfile is built from its own folder.
    const folder = uses
      .map(({ file }) => dirname(file))
      .find((one) => existsSync(join(project.root, one, "Dockerfile")));
    return folder === undefined ? `-f <its Dockerfile> -t ${name} .` : `-t ${name} ${folder}`;
  }
  const file = existsSync(join(project.root, own)) ? own : `node_modules/cirrus-pipeline/${own}`;
  // Without a Lambda whose code they could fetch, jobs need it in their image.
  const [coded] = uses.flatMap(({ task }) =>
    task !== undefined && project.tasks.get(task)?.lambda?.enabled !== true ? [task] : [],
  );
  const target =
    coded === undefined || repository !== RUNNER_REPOSITORY ? "" : ` --target task --build-arg TASK=${coded}`;
  return `-f ${file}${target} -t ${name} .`;
}

export function placeOf(file: string, line: number | undefined): string {
  return line === undefined ? file : `${file}:${line}`;
}
