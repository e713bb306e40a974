/** Parsers for option values; what they refuse is a usage error. */
import { InvalidArgumentError } from "commander";

export function parseLimit(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new InvalidArgumentError("Write a number from 1 to 1000.");
  return value;
}
