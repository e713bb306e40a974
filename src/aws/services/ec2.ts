/** The calls of EC2 that Cirrus makes: what it offers. */
import {
  DescribeAvailabilityZonesCommand,
  type DescribeAvailabilityZonesCommandInput,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeInstanceTypeOfferingsCommand,
  type DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypesCommand,
  type DescribeInstanceTypesCommandInput,
  DescribeRegionsCommand,
  type DescribeRegionsCommandInput,
  DescribeSpotPriceHistoryCommand,
  type DescribeSpotPriceHistoryCommandInput,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type Ec2 = ReturnType<typeof connectEc2>;

export function connectEc2(options: ClientOptions) {
  const client = explained(new EC2Client(clientSettings(options)), "EC2", options);
  return {
    /** The one that it asks: as given, or as the environment or the profile says. */
    region: () => client.config.region(),
    describeInstanceTypes: (input: DescribeInstanceTypesCommandInput) =>
      client.send(new DescribeInstanceTypesCommand(input)),
    describeInstanceTypeOfferings: (input: DescribeInstanceTypeOfferingsCommandInput) =>
      client.send(new DescribeInstanceTypeOfferingsCommand(input)),
    describeSpotPriceHistory: (input: DescribeSpotPriceHistoryCommandInput) =>
      client.send(new DescribeSpotPriceHistoryCommand(input)),
    describeRegions: (input: DescribeRegionsCommandInput) => client.send(new DescribeRegionsCommand(input)),
    describeAvailabilityZones: (input: DescribeAvailabilityZonesCommandInput) =>
      client.send(new DescribeAvailabilityZonesCommand(input)),
    describeImages: (input: DescribeImagesCommandInput) => client.send(new DescribeImagesCommand(input)),
  };
}
