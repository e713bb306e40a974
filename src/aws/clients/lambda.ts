import { once } from "../../once.ts";
import type { Lambda } from "../services/lambda.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyLambda(options: ClientOptions): () => Promise<Lambda> {
  return once(async () => (await import("../services/lambda.ts")).connectLambda(options));
}
