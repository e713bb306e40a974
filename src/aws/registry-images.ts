/** Whether images that a deployment names are in the account's own registry, in the region that it goes to. */
import { once } from "../once.ts";
import { whoAmI } from "./identity.ts";
import type { Ecr } from "./services/ecr.ts";
import type { ClientOptions } from "./services/settings.ts";

/** An image by its name in ECR. */
export interface RegistryImage {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  /** One of the two; `latest` where the name has neither. */
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

export type ImageLookup = "there" | "no-image" | "no-repository";

/** Registries' addresses: with IPv4 alone, with FIPS, and with IPv6. */
const ECR_IMAGE =
  /^(?<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/(?<repository>[^:@]+)(?::(?<tag>[^@]+))?(?:@(?<digest>.+))?$/;

/** Undefined for an image of any other registry. */
export function parseRegistryImage(image: string): RegistryImage | undefined {
  const parts = ECR_IMAGE.exec(image)?.groups;
  if (parts === undefined) return undefined;
  const { account = "", region = "", repository = "", tag, digest } = parts;
  return { account, region, repository, ...(digest === undefined ? { tag: tag ?? "latest" } : { digest }) };
}

async function lookUpImage(ecr: Ecr, image: RegistryImage): Promise<ImageLookup> {
  const id = image.digest === undefined ? { imageTag: image.tag } : { imageDigest: image.digest };
  try {
    await ecr.describeImages({ registryId: image.account, repositoryName: image.repository, imageIds: [id] });
    return "there";
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    if (thrown.name === "ImageNotFoundException") return "no-image";
    if (thrown.name === "RepositoryNotFoundException") return "no-repository";
    throw thrown;
  }
}

/** What is asked of AWS before a deployment. Loads the SDK when it is asked. */
export function openRegistry(options: ClientOptions) {
  const ecr = once(async () => (await import("./services/ecr.ts")).connectEcr(options));
  return {
    /** Whose registry it is. */
    async whereTo() {
      const { account, arn } = await whoAmI(options);
      const [, partition = "aws"] = arn.split(":");
      return { account, partition };
    },
    lookUp: async (image: RegistryImage) => lookUpImage(await ecr(), image),
  };
}
