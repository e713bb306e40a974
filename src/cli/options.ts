/** Parsers for option values; what they refuse is a usage error. */
import { InvalidArgumentError } from "commander";

/** Results are read page by page, so that a limit may be larger than a page. */
const MOST = 50_000;

export function parseLimit(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST)
    throw new InvalidArgumentError(`Write a number from 1 to ${MOST}.`);
  return value;
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Write a whole number from 1.");
}

export function parsePort(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError("Write a number from 0 to 65535; 0 is any port that is free.");
}
