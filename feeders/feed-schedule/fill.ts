/** Puts what is known of a period into texts: `s3://archive/${year}/${month}/${period}.nc`. */
import { InvalidInput, isJsonObject, type Json } from "cirrus-pipeline/feeder";
import type { Period } from "./periods.ts";

/** Every text in `value`, however deep. InvalidInput where a text names what there is not. */
export function fill(value: Json, { name, start, end }: Period, path = "$.item"): Json {
  const known: Readonly<Record<string, string>> = {
    ...{ period: name, start, end },
    ...{ year: start.slice(0, 4), month: start.slice(5, 7), day: start.slice(8, 10), hour: start.slice(11, 13) },
  };
  const text = (one: string, where: string): string =>
    one.replaceAll(/\$\{([^}]*)\}/g, (_all, variable: string) => {
      const found = Object.hasOwn(known, variable) ? known[variable] : undefined;
      if (found !== undefined) return found;
      throw new InvalidInput(`${where}: there is no \${${variable}}.`, {
        hint: `There are: ${Object.keys(known).join(", ")}.`,
      });
    });
  const deep = (one: Json, where: string): Json => {
    if (typeof one === "string") return text(one, where);
    if (Array.isArray(one)) return one.map((member: Json, index) => deep(member, `${where}[${index}]`));
    if (!isJsonObject(one)) return one;
    return Object.fromEntries(
      Object.entries(one).map(([key, member = null]) => [key, deep(member, `${where}.${key}`)]),
    );
  };
  return deep(value, path);
}
