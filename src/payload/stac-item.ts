/** The members of a STAC item (1.0 and 1.1) that Cirrus itself reads; every other member is carried along untouched. */
import type { JsonObject } from "../json.ts";

export interface StacAsset extends JsonObject {
  readonly href: string;
  readonly type?: string;
  readonly title?: string;
  readonly roles?: readonly string[];
}

export interface StacLink extends JsonObject {
  readonly href: string;
  readonly rel: string;
  readonly type?: string;
  readonly title?: string;
}

/** Only `id` is certain: feeders send sparse items, and a task may be there to complete them. */
export interface StacItem extends JsonObject {
  readonly id: string;
  readonly collection?: string | null;
  readonly properties?: JsonObject;
  readonly assets?: Readonly<Record<string, StacAsset>>;
  readonly links?: readonly StacLink[];
}
