/** The items in a payload: where they lie on the world, where they were published, and what picture there is of them. */
import { NO_SHAPE, type Shape, shapeOf, shapeOfBox } from "../../parts/map/rings.ts";

export interface PayloadItem {
  readonly id: string;
  readonly collection: string | undefined;
  /** Where its own link says that it lies. */
  readonly url: string | undefined;
  readonly shape: Shape;
  readonly preview: Preview | undefined;
  readonly assets: readonly string[];
  readonly when: string | undefined;
}

export interface Preview {
  readonly url: string;
  readonly asset: string;
  /** `shown` can be fetched through the API; `linked` lies elsewhere, from where the page loads nothing. */
  readonly how: "shown" | "linked";
}

/** Best first. */
const PREVIEW_ROLES = ["thumbnail", "overview"];
const PICTURES = /\.(png|jpe?g|webp|gif)$/i;
const PICTURE_TYPES = /^image\/(png|jpeg|webp|gif)\b/i;

export interface PayloadItems {
  readonly items: readonly PayloadItem[];
  /** Of the whole document. */
  readonly count: number;
}

/** At most so many: a page shows no more at once. */
export function itemsOf(document: unknown, most = 200): PayloadItems {
  const { features } = membersOf(document);
  if (!Array.isArray(features)) return { items: [], count: 0 };
  return { items: features.slice(0, most).map(itemOf), count: features.length };
}

function itemOf(feature: unknown): PayloadItem {
  const { id, collection, geometry, bbox, assets, properties, links } = membersOf(feature);
  const { datetime, start_datetime } = membersOf(properties);
  return {
    id: typeof id === "string" ? id : "(without an ID)",
    collection: textOf(collection),
    url: selfOf(links),
    shape: shapeOf(geometry) ?? shapeOfBox(bbox) ?? NO_SHAPE,
    preview: previewOf(membersOf(assets)),
    assets: Object.keys(membersOf(assets)),
    when: textOf(datetime) ?? textOf(start_datetime),
  };
}

/** `canonical` is where it was published, `self` where it came from. */
function selfOf(links: unknown): string | undefined {
  if (!Array.isArray(links)) return undefined;
  const all = links.map(membersOf);
  const link = ["canonical", "self"].map((rel) => all.find((each) => each.rel === rel)).find(Boolean);
  return textOf(link?.href);
}

function previewOf(assets: Readonly<Record<string, unknown>>): Preview | undefined {
  const pictures = Object.entries(assets).flatMap(([asset, value]) => {
    const { href, roles, type } = membersOf(value);
    const role = PREVIEW_ROLES.findIndex((each) => Array.isArray(roles) && roles.includes(each));
    const rank = role < 0 && PREVIEW_ROLES.includes(asset) ? PREVIEW_ROLES.length : role;
    if (rank < 0 || typeof href !== "string" || !isPicture(href, type)) return [];
    return [{ asset, url: href, rank, how: howToShow(href) }];
  });
  const best = pictures
    .filter(({ how }) => how !== undefined)
    .toSorted((a, b) => Number(b.how === "shown") - Number(a.how === "shown") || a.rank - b.rank)[0];
  return best?.how && { url: best.url, asset: best.asset, how: best.how };
}

function isPicture(href: string, type: unknown): boolean {
  return typeof type === "string" ? PICTURE_TYPES.test(type) : PICTURES.test(href);
}

function howToShow(href: string): Preview["how"] | undefined {
  if (href.startsWith("s3://")) return "shown";
  return webAddress(href) ? "linked" : undefined;
}

/** An address that a link may lead to; nothing else may become one: data may hold `javascript:`. */
export function webAddress(text: string): string | undefined {
  const url = URL.parse(text);
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  // A record of unknown values: whoever reads one asks what it is.
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Whether there is anything of it to be seen on a map. */
export function isDrawn({ shape }: Pick<PayloadItem, "shape">): boolean {
  return shape.rings.length + shape.lines.length + shape.points.length > 0;
}
