/** Every container image that Batch jobs and Lambdas of a project run in, as far as its name can be told before the deployment. */
import { isJsonObject, type Json } from "../../json.ts";
import { makeResolver } from "../../project/local/intrinsics.ts";
import type { Component, Declared, Project, Source, Written } from "../../project/project.ts";
import type { Path } from "../../yaml/json-path.ts";
import { JOB_DEFINITION } from "../job-definitions.ts";
import { groupOf } from "../leave-out-unused.ts";
import { listComponents } from "../template.ts";

/** What a name of an image may be made from. */
export interface DeployedTo {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** `aws`, `aws-cn` … */
  readonly partition: string;
}

export interface ImageUse {
  /** Undefined where only CloudFormation will know it. */
  readonly image: string | undefined;
  /** `job definition ReprojectBatchJob` or `Lambda of the task resize`. */
  readonly user: string;
  readonly kind: "job" | "lambda";
  /** The task whose jobs run in it; job definitions in `cloudformation/` are of none. */
  readonly task: string | undefined;
  readonly source: Source;
  readonly file: string;
  readonly line: number | undefined;
}

export function listImageUses(project: Project, to: DeployedTo): readonly ImageUse[] {
  const resolver = nameResolver(project, to);
  const use = (image: Json, place: Written, path: Path): Pick<ImageUse, "image" | "file" | "line"> => ({
    image: resolver.nameOf(image),
    file: place.shown,
    line: place.locate(path)?.line,
  });
  const jobs = [...project.resources.Resources.values()]
    .filter((declared) => isKind(declared) && resolver.exists(declared) && !goesWithDisabled(declared, project))
    .flatMap((declared) =>
      imagesIn(declared.definition.Properties ?? null, [...declared.path, "Properties"]).map(([image, path]) => ({
        ...use(image, declared, path),
        user: `${declared.definition.Type === LAMBDA ? "Lambda" : "job definition"} ${declared.logicalId}`,
        kind: declared.definition.Type === LAMBDA ? ("lambda" as const) : ("job" as const),
        task: declared.task,
        source: declared.source,
      })),
    );
  const lambdas = listComponents(project).flatMap((component) => {
    const image = lambdaImage(component);
    if (image === undefined) return [];
    const user = `Lambda of the ${component.kind} ${component.name}`;
    const { source } = component;
    return [{ ...use(image, component, ["lambda", "image"]), user, kind: "lambda" as const, task: undefined, source }];
  });
  return [...jobs, ...lambdas];
}

const LAMBDA = "AWS::Lambda::Function";

function isKind({ definition }: Declared): boolean {
  return definition.Type === JOB_DEFINITION || definition.Type === LAMBDA;
}

/** What is left out with a function that is not deployed needs no image. */
function goesWithDisabled({ definition }: Declared, { functions }: Project): boolean {
  const group = groupOf(definition);
  return group !== undefined && functions.get(group)?.lambda?.enabled === false;
}

/** A job has an image for each of its containers, and several nodes or containers lie at several places. */
function imagesIn(value: Json, path: Path): readonly (readonly [image: Json, path: Path])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => imagesIn(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member = null]) =>
    key === "Image" || key === "ImageUri" ? [[member, [...path, key]] as const] : imagesIn(member, [...path, key]),
  );
}

/** A text or `{uri}` names an image that is there; `{name}` one that the Serverless Framework builds and pushes itself. */
function lambdaImage({ lambda }: Component): Json | undefined {
  if (lambda?.enabled !== true || lambda.image === undefined) return undefined;
  const { image } = lambda;
  return isJsonObject(image) && image.uri !== undefined ? image.uri : image;
}

function nameResolver(project: Project, to: DeployedTo) {
  const { config, resources } = project;
  const china = to.partition === "aws-cn" ? ".cn" : "";
  const known: Readonly<Record<string, string>> = {
    "AWS::AccountId": to.account,
    "AWS::Region": to.region,
    "AWS::Partition": to.partition,
    "AWS::StackName": config.stackName,
    "AWS::URLSuffix": `amazonaws.com${china}`,
  };
  let failed = false;
  const unknown = (): undefined => {
    failed = true;
    return undefined;
  };
  const resolver = makeResolver({
    reference: (name) => known[name] ?? resources.Parameters.get(name)?.definition.Default ?? unknown(),
    attribute: unknown,
    condition: (name) => resources.Conditions.get(name)?.definition,
    mapped: (map, first, second) => {
      const level = resources.Mappings.get(map)?.definition[first];
      return isJsonObject(level) ? level[second] : undefined;
    },
    fail: unknown,
  });
  return {
    nameOf(written: Json): string | undefined {
      failed = false;
      const name = resolver.resolve(written, []);
      return failed || typeof name !== "string" ? undefined : name;
    },
    /** A condition that cannot be told may be true. */
    exists({ definition: { Condition: condition } }: Declared): boolean {
      failed = false;
      return typeof condition !== "string" || resolver.holds(condition, []) || failed;
    },
  };
}
