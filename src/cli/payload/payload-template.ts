/** Fills in `$var`, `${var}` and `${var?default}` in a payload's text. A value inside a JSON string stays inside it. */
import type { Json } from "../../json.ts";

export interface Filled {
  readonly text: string;
  /** Variables without a value or a default, left as they are. */
  readonly missing: readonly string[];
}

const PLACE = /\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:\?([^}]*))?\}/y;

/** `$$` is a dollar; a dollar before anything else, as in a JSON path, stays. */
export function fillPayloadTemplate(template: string, values: ReadonlyMap<string, Json>): Filled {
  const missing = new Set<string>();
  let text = "";
  let inString = false;
  for (let at = 0; at < template.length; ) {
    const character = template[at] ?? "";
    PLACE.lastIndex = at;
    const match = character === "$" ? PLACE.exec(template) : null;
    if (match === null) {
      const escaped = inString && character === "\\";
      if (character === '"') inString = !inString;
      text += escaped ? template.slice(at, at + 2) : character;
      at += escaped ? 2 : 1;
      continue;
    }
    const [whole, plain, braced, fallback] = match;
    const name = plain ?? braced;
    const value = name === undefined ? "$" : (values.get(name) ?? fallback);
    if (value === undefined && name !== undefined) missing.add(name);
    text += value === undefined ? whole : written(value, inString);
    at += whole.length;
  }
  return { text, missing: [...missing] };
}

/** Outside a string a text is JSON already: a number, a list, an object. */
function written(value: Json, inString: boolean): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return inString ? JSON.stringify(text).slice(1, -1) : text;
}
