import { once } from "../../once.ts";
import type { Secrets } from "../services/secrets.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazySecrets(options: ClientOptions): () => Promise<Secrets> {
  return once(async () => (await import("../services/secrets.ts")).connectSecrets(options));
}
