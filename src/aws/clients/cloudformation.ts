import { once } from "../../once.ts";
import type { CloudFormation } from "../services/cloudformation.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyCloudFormation(options: ClientOptions): () => Promise<CloudFormation> {
  return once(async () => (await import("../services/cloudformation.ts")).connectCloudFormation(options));
}
