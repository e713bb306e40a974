/** Which objects of an inventory are wanted: by key, and by the day that they are of. */
import { InvalidInput, type ObjectItems } from "cirrus-pipeline/feeder";
import type { InventoryRow } from "./inventory-row.ts";
import type { Parameters } from "./parameters.ts";

export type Filter = (row: InventoryRow) => boolean;

export function makeFilter(parameters: Parameters, { wants, dayIn }: Pick<ObjectItems, "wants" | "dayIn">): Filter {
  const { datetime_regex, datetime_key } = parameters;
  // Days are compared as text; what stands behind them in a whole time is left out.
  const [first, last] = [parameters.start_date?.slice(0, 10), parameters.end_date?.slice(0, 10)];
  return (row) => {
    if (row.gone || !wants(row.key)) return false;
    if (first === undefined && last === undefined) return true;
    const day = datetime_regex === undefined ? dayOf(row, datetime_key) : dayIn(row.key);
    return day !== undefined && (first === undefined || day >= first) && (last === undefined || day <= last);
  };
}

function dayOf({ datetime, key }: InventoryRow, column: string): string {
  const time = Date.parse(datetime ?? "");
  if (!Number.isNaN(time)) return new Date(time).toISOString().slice(0, 10);
  throw new InvalidInput(`The inventory has no time in its column ${column}, for the key ${key}.`, {
    hint: "Name the column with datetime_key, find the day in the keys with datetime_regex, or leave out start_date and end_date.",
  });
}
