/** Puts items into a STAC API by its transaction endpoint: made where they are new, replaced where they are there. */
import { InvalidInput, type Item, retryAfterMs, ServerBusy, showUrl, TransientError } from "cirrus-pipeline/task";

export interface StacApi {
  /** Address of the API's landing page. */
  readonly url: string;
  /** Sent with each request: what lets this task in. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The API refuses the item for a reason that is not in the item. */
export class StacApiRefused extends Error {
  override name = "StacApiRefused";
}

const ANSWER_MS = 30_000;
const SHOWN_CHARACTERS = 300;
/** Of what an API says of a refusal; longer ones have no words for people. */
const MOST_BYTES = 64 * 1024;

/** Doing it twice changes nothing. */
export async function putItem(item: Item, api: StacApi): Promise<"created" | "replaced"> {
  if (!item.collection) {
    throw new InvalidInput(`Item ${item.id} has no collection, and a STAC API keeps items by collection`, {
      hint: "Give the item a collection, or name one with collection_matchers in the process definition.",
    });
  }
  const items = `${api.url.replace(/\/$/, "")}/collections/${encodeURIComponent(item.collection)}/items`;
  const posted = await send("POST", items, item, api);
  if (posted.ok) return "created";
  if (posted.status !== CONFLICT) throw await refusal(posted, "POST", items, item);
  const address = `${items}/${encodeURIComponent(item.id)}`;
  const put = await send("PUT", address, item, api);
  if (put.ok) return "replaced";
  throw await refusal(put, "PUT", address, item);
}

const CONFLICT = 409;

async function send(method: "POST" | "PUT", url: string, item: Item, api: StacApi): Promise<Response> {
  const signal = AbortSignal.any([api.signal, AbortSignal.timeout(ANSWER_MS)]);
  const headers = { "content-type": "application/geo+json", accept: "application/json", ...api.headers };
  try {
    // A redirect would make a GET of a POST, and lead the token elsewhere.
    return await fetch(url, { method, headers, body: JSON.stringify(item), signal, redirect: "manual" });
  } catch (thrown) {
    api.signal.throwIfAborted();
    const { cause } = thrown instanceof Error ? thrown : {};
    const reason = cause instanceof Error ? cause.message : String(thrown);
    throw new TransientError(`${method} ${url} of item ${item.id} failed: ${reason}`, {
      cause: thrown,
      hint: "Check that the STAC API is there and that this task may reach it.",
    });
  }
}

/** The error that says what to do, by what the API answered. */
async function refusal(response: Response, method: string, url: string, item: Item): Promise<Error> {
  const { status } = response;
  const what = `Item ${item.id}: ${method} ${url} was answered ${status}${await wordsOf(response)}`;
  if (status === 429 || status === 408 || status >= 500) {
    const { headers } = response;
    const waitMs = retryAfterMs(headers.get("retry-after"), headers.get("date"), Date.now());
    return new ServerBusy(what, {
      retryAfterMs: waitMs,
      hint: "The STAC API could not take it now: run the payload again.",
    });
  }
  if (status >= 300 && status < 400) {
    return new StacApiRefused(
      `${what}. It leads to ${showUrl(response.headers.get("location") ?? "nowhere")}: name that in stac_api`,
    );
  }
  if (status === 401 || status === 403) {
    return new StacApiRefused(`${what}. Check the token, and that it may write to this collection`);
  }
  if (status === 405) return new StacApiRefused(`${what}. The API has no transaction endpoint, or it is closed`);
  const hint = status === 404 ? "Make the collection in the API first, or check stac_api." : "Correct the item.";
  return new InvalidInput(what, { hint });
}

/** What an API says of a refusal: the beginning of its description, and no page of a proxy. */
async function wordsOf(response: Response): Promise<string> {
  const text = await beginningOf(response).catch(() => "");
  if (/^\s*</.test(text)) return " with an HTML page";
  const words = descriptionIn(text).replaceAll(/\s+/g, " ").trim();
  return words === "" ? "" : `: ${words.slice(0, SHOWN_CHARACTERS)}`;
}

async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}

function descriptionIn(text: string): string {
  try {
    const { description, detail, message } = JSON.parse(text);
    const said: unknown = description ?? detail ?? message ?? text;
    return typeof said === "string" ? said : JSON.stringify(said);
  } catch {
    return text;
  }
}
