/** The one call of Pricing that Cirrus makes. */
import { GetProductsCommand, type GetProductsCommandInput, PricingClient } from "@aws-sdk/client-pricing";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Pricing = ReturnType<typeof connectPricing>;

/** It answers in a few regions alone, for all of them. */
const HOME = "us-east-1";

export function connectPricing(options: ClientOptions) {
  const client = explained(new PricingClient(clientSettings({ ...options, region: HOME })), "Pricing", options);
  return { getProducts: (input: GetProductsCommandInput) => client.send(new GetProductsCommand(input)) };
}
