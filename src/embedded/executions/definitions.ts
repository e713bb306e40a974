/** State machines by their content: parsed once, however many executions are started of one. */
import { createHash } from "node:crypto";
import { parseMachine } from "../../asl/machine.ts";
import { canonicalJson, type JsonObject } from "../../json.ts";

export interface Definition {
  /** Of the text. */
  readonly hash: string;
  /** Canonical JSON. */
  readonly text: string;
  readonly parsed: ReturnType<typeof parseMachine>;
}

export interface Definitions {
  /** The same object is taken to have the same content. */
  read(definition: JsonObject): Definition;
  /** A definition from the database; `load` hands over its text where it is not known yet. */
  recall(hash: string, load: () => string): Definition;
}

export function makeDefinitions(): Definitions {
  const byObject = new WeakMap<JsonObject, Definition>();
  const byHash = new Map<string, Definition>();

  function remember(text: string, hash: string): Definition {
    const known = byHash.get(hash);
    if (known !== undefined) return known;
    const definition = { hash, text, parsed: parseMachine(JSON.parse(text)) };
    byHash.set(hash, definition);
    return definition;
  }

  return {
    read(object) {
      const known = byObject.get(object);
      if (known !== undefined) return known;
      const text = canonicalJson(object);
      const definition = remember(text, createHash("sha256").update(text).digest("hex"));
      byObject.set(object, definition);
      return definition;
    },
    recall: (hash, load) => byHash.get(hash) ?? remember(load(), hash),
  };
}
