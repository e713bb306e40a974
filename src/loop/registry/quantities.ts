/** Durations and sizes as people write them in YAML: `90s`, `30m`, `2GB`. */
import { UNIT_MS, writtenDuration } from "../../clock.ts";

/** In seconds; a bare number is seconds. Undefined where it is no duration. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const { number, unit = "" } = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[smhd])$/.exec(value.trim())?.groups ?? {};
  const length = UNIT_MS[unit];
  return length === undefined ? undefined : Number(number) * (length / 1000);
}

/** As it may be written: `90m`, `2h`. */
export function durationText(seconds: number): string {
  return writtenDuration(seconds * 1000, "smhd");
}

const BYTES: Readonly<Record<string, number>> = { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

/** In bytes, with the units that Lambda and Batch count in: 1 GB are 1024 MB. Undefined where it is no size. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[KMGT])i?B?$/i.exec(value.trim())?.groups ?? {};
  const size = BYTES[`${unit?.toUpperCase()}B`];
  return size === undefined ? undefined : Math.round(Number(number) * size);
}

/** As it may be written: `300 MB`, `1.5 GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 2 ** 30) return `${Math.max(1, Math.ceil(bytes / 2 ** 20))} MB`;
  return `${Number((bytes / 2 ** 30).toFixed(2))} GB`;
}
