/** What every store of loops must do: for those that drive them, for those that look, and for operators. */
import { describe } from "vitest";
import { describeLoopControls } from "./loop-store-controls.ts";
import { describeLoopDrivers } from "./loop-store-drivers.ts";
import { describeLoopViews } from "./loop-store-views.ts";
import type { MakeLoops } from "./loop-world.ts";

export function describeLoopStore(name: string, make: MakeLoops): void {
  describe(`${name} as a store of loops`, () => {
    describe("driven", () => describeLoopDrivers(make));
    describe("looked at", () => describeLoopViews(make));
    describe("operated", () => describeLoopControls(make));
  });
}
