import { once } from "../../once.ts";
import type { ClientOptions } from "../services/settings.ts";
import type { StepFunctions } from "../services/sfn.ts";

export function lazyStepFunctions(options: ClientOptions): () => Promise<StepFunctions> {
  return once(async () => (await import("../services/sfn.ts")).connectStepFunctions(options));
}
