/** Chance that a replay repeats: every number follows from the place that asks for it. */
import { createHash } from "node:crypto";

export interface Random {
  /** From 0 (included) to 1 (excluded). */
  unit(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The same seed gives the same numbers in the same order. */
export function makeRandom(seed: string): Random {
  let drawn = 0;
  const draw = () => digest(`${seed} ${drawn++}`);
  return {
    unit: () => draw().readUIntBE(0, 6) / 2 ** 48,
    uuid() {
      const bytes = draw().subarray(0, 16);
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      const hex = bytes.toString("hex");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    },
  };
}

/** 32 hexadecimal digits that stand for exactly these parts: the idempotency key of a task attempt. */
export function fingerprint(parts: readonly (string | number)[]): string {
  return digest(JSON.stringify(parts)).toString("hex").slice(0, 32);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
