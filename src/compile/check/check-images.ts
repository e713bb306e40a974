/**
 * Looks up the images that jobs and Lambdas will run in, before anything is deployed: CloudFormation takes a job definition
 * with any image, and Batch looks for it only when a job starts.
 */
import { type ImageLookup, parseRegistryImage, type RegistryImage } from "../../aws/registry-images.ts";
import { describeError } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import type { Project } from "../../project/project.ts";
import { describeMissing, type NamedImage, placeOf } from "./missing-image.ts";
import { type DeployedTo, type ImageUse, listImageUses } from "./named-images.ts";

/** What is asked of AWS. */
export interface ImageAccount {
  readonly whereTo: () => Promise<Omit<DeployedTo, "region">>;
  readonly lookUp: (image: RegistryImage) => Promise<ImageLookup>;
}

export interface ImageCheck {
  /** What the deployment would be broken with. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
  /** What could not be looked up, and why. */
  readonly notices: readonly string[];
}

type Finding = readonly [list: keyof ImageCheck, text: string];

/** Never throws for what AWS answers: what could not be looked up is said, and is not held against the deployment. */
export async function checkImages(project: Project, account: ImageAccount): Promise<ImageCheck> {
  const findings = namesImages(project) ? await findMissing(project, account) : [];
  const texts = (wanted: keyof ImageCheck) =>
    [...new Set(findings.flatMap(([list, text]) => (list === wanted ? [text] : [])))].sort();
  return { refusals: texts("refusals"), warnings: texts("warnings"), notices: texts("notices") };
}

async function findMissing(project: Project, account: ImageAccount): Promise<readonly Finding[]> {
  try {
    const to = { ...(await account.whereTo()), region: project.config.region };
    const uses = listImageUses(project, to);
    const looked = ownImages(uses, to).map((named) => lookUp(named, project, account));
    return [...uses.flatMap(nameUnknown), ...(await Promise.all(looked)).flat()];
  } catch (thrown) {
    return [notLookedUp(thrown)];
  }
}

async function lookUp(named: NamedImage, project: Project, account: ImageAccount): Promise<readonly Finding[]> {
  try {
    const found = await account.lookUp(named.image);
    if (found === "there") return [];
    const refused = refuses(named, project);
    return [[refused ? "refusals" : "warnings", describeMissing({ ...named, found, refused }, project)]];
  } catch (thrown) {
    return [notLookedUp(thrown)];
  }
}

function nameUnknown({ image, user, file, line }: ImageUse): readonly Finding[] {
  if (image !== undefined) return [];
  const place = placeOf(file, line);
  return [["notices", `The image of the ${user} (${place}) was not looked up: only CloudFormation knows its name.`]];
}

function notLookedUp(thrown: unknown): Finding {
  return ["notices", `Images were not looked up: ${describeError(thrown).cause}`];
}

/** Any account will do to see whether there is anything to ask about. */
function namesImages(project: Project): boolean {
  const { region } = project.config;
  return listImageUses(project, { account: "000000000000", region, partition: "aws" }).length > 0;
}

/** Those in the registry of the account and region, each once. Of other registries nobody here has the rights. */
function ownImages(uses: readonly ImageUse[], to: DeployedTo): readonly NamedImage[] {
  const byName = Map.groupBy(uses, ({ image }) => image ?? "");
  return [...byName].flatMap(([name, its]) => {
    const image = parseRegistryImage(name);
    return image?.account === to.account && image.region === to.region ? [{ name, image, uses: its }] : [];
  });
}

/**
 * `custom.batch.MissingImages` decides where it is given. Without it, built-in tasks alone are no reason to refuse: nobody
 * asked for them, and a first deployment comes before the first push. Nor is a repository that the stack itself makes.
 */
function refuses({ uses, image }: NamedImage, project: Project): boolean {
  // CloudFormation refuses the Lambda, and rolls back.
  if (uses.some(({ kind }) => kind === "lambda")) return true;
  const { batch } = project.config.custom;
  const chosen = isJsonObject(batch) ? batch.MissingImages : undefined;
  if (chosen === "refuse" || chosen === "warn") return chosen === "refuse";
  return uses.some(({ source }) => source === "project") && !makesRepository(project, image.repository);
}

function makesRepository({ resources }: Project, name: string): boolean {
  return [...resources.Resources.values()].some(({ definition: { Type, Properties } }) => {
    if (Type !== "AWS::ECR::Repository" || !isJsonObject(Properties)) return false;
    // A name that is not written out may be any.
    return typeof Properties.RepositoryName !== "string" || Properties.RepositoryName === name;
  });
}
