/** Keeps what a provider answered: a price list for a day, spot prices for an hour. Offline it stands for the provider. */
import { type Clock, DAY_MS, HOUR_MS, isoTime } from "../clock.ts";
import { CirrusError, EXIT, TransientError } from "../errors.ts";
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
  readonly recorded: CatalogueSource;
  /** When the record was made: ISO 8601. */
  readonly recordedAt: string;
  readonly store: AnswerStore;
  readonly clock: Pick<Clock, "now">;
  /** `refresh` asks for everything again, `offline` takes what is kept however old, and else the record. */
  readonly mode: "usual" | "refresh" | "offline";
  /** Told what the provider is asked for, as answers of thousands of prices take a while. */
  readonly onAsk?: ((what: string) => void) | undefined;
}

/** Part of every key, so that what another version kept in another shape is not read. */
const FORMAT = "v1";

export function makeCatalogue(options: CatalogueOptions): Catalogue {
  const { provider, source, recorded, recordedAt, store, clock, mode, onAsk } = options;
  const origins: Origin[] = [];

  async function answerOf<T>({ key, what, keepMs }: Asked, ask: (from: CatalogueSource) => Promise<T>): Promise<T> {
    const kept = mode === "refresh" ? undefined : await store.read(`${FORMAT}/${key}`);
    const age = clock.now() - Date.parse(kept?.readAt ?? "");
    if (kept !== undefined && (mode === "offline" || (age >= 0 && age < keepMs))) {
      origins.push({ from: "kept", asOf: kept.readAt });
      // The key and its format say what was kept under it.
      return kept.value as T;
    }
    if (mode === "offline") {
      const value = await ask(recorded);
      origins.push({ from: "record", asOf: recordedAt });
      return value;
    }
    onAsk?.(what);
    const readAt = isoTime(clock.now());
    const value = await ask(source).catch((thrown) => {
      throw pointOffline(thrown);
    });
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
        answerOf(pricesOf(region), (from) => from.priceList(region)),
        spot === false ? [] : answerOf(spotPricesOf(region), (from) => from.spotPrices(region)),
      ]);
      return assembleOffers(provider, query, priceList, spotPrices);
    },
    async regions({ prefix = "", zones } = { zones: false }) {
      return answerOf(regionsOf({ prefix, zones }), (from) => from.regions({ prefix, zones }));
    },
    // Not kept: whoever looks for an image has often just made it.
    images: (query) => (mode === "offline" ? recorded : source).images(query),
  };
}

interface Asked {
  readonly key: string;
  /** For people: `types and prices in us-west-2`. */
  readonly what: string;
  readonly keepMs: number;
}

function pricesOf(region: string): Asked {
  return { key: `${region}/prices`, what: `types and prices in ${region}`, keepMs: DAY_MS };
}

function spotPricesOf(region: string): Asked {
  return { key: `${region}/spot`, what: `spot prices in ${region}`, keepMs: HOUR_MS };
}

function regionsOf({ prefix, zones }: { readonly prefix: string; readonly zones: boolean }): Asked {
  const name = `${zones ? "zones" : "regions"}${prefix === "" ? "" : `-of-${encodeURIComponent(prefix)}`}`;
  return { key: name, what: zones ? "regions and their zones" : "regions", keepMs: DAY_MS };
}

/** Without credentials, rights or a connection there are still the prices that were kept or recorded. */
function pointOffline(thrown: unknown): unknown {
  const passes = thrown instanceof TransientError;
  if (!(thrown instanceof CirrusError) || !(passes || thrown.exitCode === EXIT.credentials)) return thrown;
  const { message, hint = "", where, exitCode } = thrown;
  const offline = "Or add --offline: it takes what was read last, or else recorded prices.";
  return new CirrusError(message, { where, exitCode, cause: thrown, hint: `${hint.replace(/\.?$/, ".")} ${offline}` });
}
