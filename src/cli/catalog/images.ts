/** `cirrus catalog images`: what instances can start from. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ImageInfo } from "../../offers/offers.ts";
import { parseLimit } from "../options.ts";
import type { Io } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printRows } from "../terminal/output.ts";
import { addCatalogueOptions, type CatalogueOptions, openCatalogue } from "./open-catalogue.ts";

const KEYS = ["created", "name", "id", "owner", "architecture"] as const;

interface Order {
  readonly key: (typeof KEYS)[number];
  readonly sign: 1 | -1;
}

interface ImagesOptions extends CatalogueOptions, OutputOptions {
  readonly own?: boolean;
  readonly user?: boolean;
  readonly filter?: string;
  readonly sortBy: readonly Order[];
  readonly limit?: number;
  readonly detail?: boolean;
}

export function addImages(catalog: Command, io: Io): void {
  const command = catalog
    .command("images")
    .description("List the account's own images, Amazon Linux, those of ECS (which Batch runs on) and Ubuntu.");
  addFormats(addCatalogueOptions(command), ["table", "json", "jsonl", "yaml", "name"])
    .option("--own", "only the account's own")
    .option("--user", "the same as --own")
    .option("--filter <text>", "only where ID, name or description holds this")
    .addOption(
      new Option("--sort-by <keys>", `${KEYS.join(", ")}; - before one for descending`)
        .argParser(parseOrder)
        .default(parseOrder("-created"), "-created"),
    )
    .option("--limit <n>", "no more than so many", parseLimit)
    .option("--detail", "with what they are described as")
    .addHelpText("after", "\nExample:\n  cirrus catalog images --filter ecs-hvm --limit 5")
    .action((options: ImagesOptions) => list(io, options));
}

async function list(io: Io, options: ImagesOptions): Promise<void> {
  const { catalogue, region } = await openCatalogue(io, options);
  const own = options.own === true || options.user === true;
  const found = await catalogue.images({ region, own, text: options.filter });
  const images = found.toSorted(comparing(options.sortBy)).slice(0, options.limit);
  const titles = ["id", "name", "arch", "created", "owner", ...(options.detail ? ["description"] : [])];
  printRows(io, formatOf(options), images, {
    columns: titles.map((title) => ({ title, grows: title === "description" })),
    cells: ({ id, name, architecture, created, owner, description }) => [
      id,
      name,
      architecture,
      created.slice(0, 10),
      owner,
      ...(options.detail ? [description] : []),
    ],
    name: ({ id }) => id,
    none: `There is no such image in ${region}.`,
  });
}

function parseOrder(text: string): readonly Order[] {
  return text.split(",").map((each) => {
    const word = each.trim().replace(/^-/, "").toLowerCase();
    const key = KEYS.find((one) => one === word);
    if (key === undefined) throw new InvalidArgumentError(`There are: ${KEYS.join(", ")}.`);
    return { key, sign: each.trim().startsWith("-") ? -1 : 1 };
  });
}

function comparing(orders: readonly Order[]): (a: ImageInfo, b: ImageInfo) => number {
  return (a, b) => {
    for (const { key, sign } of orders) if (a[key] !== b[key]) return a[key] < b[key] ? -sign : sign;
    return 0;
  };
}
