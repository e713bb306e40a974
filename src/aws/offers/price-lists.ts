/** On-demand prices of instances and disks, from AWS's price list. */
import { z } from "zod";
import { DISK_TYPES, type DiskPrice } from "../../offers/boot-disk.ts";
import type { OnDemandPrice } from "../../offers/catalogue.ts";
import type { Pricing } from "../services/pricing.ts";
import { everyPage } from "./every-page.ts";

/** A product as the list writes it, each as a JSON text of its own. Of what it says this is what we need. */
const PRODUCT = z.object({
  product: z.object({
    productFamily: z.string().default(""),
    attributes: z.record(z.string(), z.string()),
  }),
  terms: z.object({
    OnDemand: z
      .record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({ unit: z.string(), pricePerUnit: z.record(z.string(), z.string()) }),
          ),
        }),
      )
      .default({}),
  }),
});

interface Product {
  readonly family: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly usd: number;
}

/** Linux on shared hardware, nothing installed, and paid by the hour as it is used: without these the list has dozens of prices of each type. */
const LINUX_BY_THE_HOUR = {
  operatingSystem: "Linux",
  tenancy: "Shared",
  preInstalledSw: "NA",
  capacitystatus: "Used",
  marketoption: "OnDemand",
};

export async function readOnDemandPrices(pricing: Pricing, region: string): Promise<readonly OnDemandPrice[]> {
  const products = await readProducts(pricing, { regionCode: region, ...LINUX_BY_THE_HOUR });
  return products.flatMap(({ attributes: { instanceType, physicalProcessor = "" }, unit, usd }) =>
    instanceType === undefined || unit !== "Hrs" || !(usd > 0)
      ? []
      : [{ instanceType, pricePerHour: usd, processor: physicalProcessor }],
  );
}

/** Those types that have a price in the region. */
export async function readDiskPrices(pricing: Pricing, region: string): Promise<readonly DiskPrice[]> {
  const prices = await Promise.all(
    Object.entries(DISK_TYPES).map(async ([type, { iops, throughput }]) => {
      const products = await readProducts(pricing, { regionCode: region, volumeApiName: type });
      const perGB = priceOf(products, "Storage", /^GB-Mo$/i);
      return perGB === undefined
        ? []
        : [
            {
              type,
              perGB,
              perIops: priceOf(products, "System Operation", /^IOPS-Mo$/i) ?? 0,
              includedIops: iops,
              perThroughput: throughputPrice(products),
              includedThroughput: throughput,
            },
          ];
    }),
  );
  return prices.flat();
}

/** Some regions price a GB/s. */
function throughputPrice(products: readonly Product[]): number {
  const perMB = priceOf(products, "Provisioned Throughput", /^MiBps-Mo$/i);
  const perGB = priceOf(products, "Provisioned Throughput", /^GiBps-Mo$/i);
  return perMB ?? (perGB ?? 0) / 1024;
}

/** The dearest: of io2 the operations beyond 32,000 cost less each, which no boot disk has. */
function priceOf(products: readonly Product[], family: string, unit: RegExp): number | undefined {
  const prices = products.filter((product) => product.family === family && unit.test(product.unit));
  return prices.length === 0 ? undefined : Math.max(...prices.map(({ usd }) => usd));
}

/** As many as the list gives at a time. */
const PRODUCTS_A_PAGE = 100;

async function readProducts(
  pricing: Pricing,
  attributes: Readonly<Record<string, string>>,
): Promise<readonly Product[]> {
  const Filters = Object.entries(attributes).map(([Field, Value]) => ({ Type: "TERM_MATCH" as const, Field, Value }));
  const pages = await everyPage((NextToken) =>
    pricing.getProducts({ ServiceCode: "AmazonEC2", Filters, MaxResults: PRODUCTS_A_PAGE, NextToken }),
  );
  // The SDK gives each as an object around a string.
  return pages.flatMap(({ PriceList = [] }) => PriceList).map((text) => readProduct(String(text)));
}

function readProduct(text: string): Product {
  const { product, terms } = PRODUCT.parse(JSON.parse(text));
  const dimensions = Object.values(terms.OnDemand).flatMap(({ priceDimensions }) => Object.values(priceDimensions));
  const [first] = dimensions;
  return {
    family: product.productFamily,
    attributes: product.attributes,
    unit: first?.unit ?? "",
    usd: Number(first?.pricePerUnit.USD),
  };
}
