import { once } from "../../once.ts";
import type { S3 } from "../services/s3.ts";
import type { ClientOptions } from "../services/settings.ts";

/** Assets and their parts take longer than the small answers of the other services. */
const ANSWER_MS = 60_000;

export function lazyS3(options: ClientOptions): () => Promise<S3> {
  return once(async () => (await import("../services/s3.ts")).connectS3({ timeoutMs: ANSWER_MS, ...options }));
}
