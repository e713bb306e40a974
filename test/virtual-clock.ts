/** The clock of tests, which people's own tests have too. */
export { makeVirtualClock, type VirtualClock } from "../src/testing/virtual-clock.ts";
