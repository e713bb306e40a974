import { once } from "../../once.ts";
import type { ClientOptions } from "../services/settings.ts";
import type { Sns } from "../services/sns.ts";

export function lazySns(options: ClientOptions): () => Promise<Sns> {
  return once(async () => (await import("../services/sns.ts")).connectSns(options));
}
