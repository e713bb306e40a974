/** `cirrus catalog`: what can be had to run workers on, and at what price. */
import { addImages } from "../catalog/images.ts";
import { addInstanceTypes } from "../catalog/instance-types.ts";
import { addRegions } from "../catalog/regions.ts";
import type { Register } from "../commands.ts";

export const register: Register = (command, io) => {
  command.description("See what can be had to run workers on, and at what price: instance types, regions, images.");
  addInstanceTypes(command, io);
  addRegions(command, io);
  addImages(command, io);
};
