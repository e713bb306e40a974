/** `cirrus catalog regions`: where there is anything to be had. */
import type { Command } from "commander";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printRows } from "../terminal/output.ts";
import { addCatalogueOptions, type CatalogueOptions, openCatalogue, sayOrigin } from "./open-catalogue.ts";

interface RegionsOptions extends CatalogueOptions, OutputOptions {
  readonly prefix?: string;
  readonly zones?: boolean;
  readonly detail?: boolean;
}

export function addRegions(catalog: Command, io: Io): void {
  const command = catalog.command("regions").description("List the regions that the account can use.");
  addFormats(addCatalogueOptions(command), ["table", "json", "jsonl", "yaml", "name"])
    .option("--prefix <text>", "only those whose names begin with this: eu-")
    .option("--zones", "with their zones; asks every region")
    .option("--detail", "the same as --zones")
    .addHelpText("after", "\nExample:\n  cirrus catalog regions --prefix eu- --zones")
    .action(async (options: RegionsOptions) => {
      const opened = await openCatalogue(io, options);
      const zones = options.zones === true || options.detail === true;
      const regions = await opened.catalogue.regions({ prefix: options.prefix, zones });
      await sayOrigin(io, opened);
      printRows(io, formatOf(options), regions, {
        columns: [{ title: "region" }, { title: "name" }, ...(zones ? [{ title: "zones", grows: true }] : [])],
        cells: ({ name, description, zones: each }) => [name, description, ...(zones ? [each.join(", ")] : [])],
        name: ({ name }) => name,
        none: `No region begins with ${options.prefix ?? ""}.`,
      });
    });
}
