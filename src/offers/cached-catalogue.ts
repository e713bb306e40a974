/** Keeps what a provider answered: a price list for a day, spot prices for an hour. Offline it stands for the provider. */
import { type Clock, isoTime } from "../clock.ts";
import { assembleOffers } from "./assemble-offers.ts";
import type { CatalogueSource } from "./catalogue.ts";
import type { Offers } from "./offers.ts";

/** Port: where answers are kept. One that cannot be read is none. */
export interface AnswerStore {
  read(key: string): Promise<Answer | undefined>;
  write(key: string, answer: Answer): Promise<void>;
}

export interface Answer {
  /** ISO 8601 */
  readonly readAt: string;
  readonly value: unknown;
}

/** Where offers came from, and how old the oldest of them is. */
export interface Origin {
  readonly from: "provider" | "kept" | "record";
  /** ISO 8601 */
  readonly asOf: string;
}

export interface Catalogue extends Offers {
  /** Of what was asked for so far. */
  readonly origin: () => Promise<Origin>;
}

export interface CatalogueOptions {
  /** `aws` */
  readonly provider: string;
  readonly source: CatalogueSource;
  /** Stands in where nothing is kept, offline. */
  readonly recorded: CatalogueSource & { readonly asOf: string };
  readonly store: AnswerStore;
  readonly clock: Pick<Clock, "now">;
  /** `refresh` asks for everything again, `offline` takes what is kept however old, and else the record. */
  readonly mode: "usual" | "refresh" | "offline";
  /** Told what the provider is asked for, as answers of thousands of prices take a while. */
  readonly onAsk?: ((what: string) => void) | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Part of every key, so that what another version kept in another shape is not read. */
const FORMAT = "v1";

export function makeCatalogue(options: CatalogueOptions): Catalogue {
  const { provider, source, recorded, store, clock, mode, onAsk } = options;
  const origins: Origin[] = [];

  async function answerOf<T>(key: string, keepMs: number, ask: (source: CatalogueSource) => Promise<T>): Promise<T> {
    const kept = mode === "refresh" ? undefined : await store.read(`${FORMAT}/${key}`);
    const age = clock.now() - Date.parse(kept?.readAt ?? "");
    if (kept !== undefined && (mode === "offline" || (age >= 0 && age < keepMs))) {
      origins.push({ from: "kept", asOf: kept.readAt });
      // The key and its format say what was kept under it.
      return kept.value as T;
    }
    if (mode === "offline") {
      const value = await ask(recorded);
      origins.push({ from: "record", asOf: recorded.asOf });
      return value;
    }
    onAsk?.(key);
    const readAt = isoTime(clock.now());
    const value = await ask(source);
    origins.push({ from: "provider", asOf: readAt });
    await store.write(`${FORMAT}/${key}`, { readAt, value });
    return value;
  }

  const origin = async (): Promise<Origin> => {
    const asOf = origins.map((one) => one.asOf).sort()[0] ?? isoTime(clock.now());
    const from = (["record", "kept"] as const).find((kind) => origins.some((one) => one.from === kind)) ?? "provider";
    return { from, asOf };
  };

  return {
    origin,
    asOf: async () => (await origin()).asOf,
    async list(query) {
      const { region, spot } = query;
      const [priceList, spotPrices] = await Promise.all([
        answerOf(`${region}/prices`, DAY_MS, (from) => from.priceList(region)),
        spot === false ? [] : answerOf(`${region}/spot`, HOUR_MS, (from) => from.spotPrices(region)),
      ]);
      return assembleOffers(provider, query, priceList, spotPrices);
    },
    async regions({ prefix = "", zones } = { zones: false }) {
      const query = { prefix, zones };
      const key = `regions${zones ? "-with-zones" : ""}${prefix === "" ? "" : `-${encodeURIComponent(prefix)}`}`;
      return answerOf(key, DAY_MS, (from) => from.regions(query));
    },
    // Not kept: whoever looks for an image has often just made it.
    images: (query) => (mode === "offline" ? recorded : source).images(query),
  };
}
