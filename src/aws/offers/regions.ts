/** The regions that an account can use, by name, and their zones. */
import type { RegionInfo, RegionQuery } from "../../offers/offers.ts";
import type { Ec2 } from "../services/ec2.ts";

/** EC2 names regions by code alone; these are the names that AWS's pages give them. */
const NAMES: Readonly<Record<string, string>> = {
  "af-south-1": "Africa (Cape Town)",
  "ap-east-1": "Asia Pacific (Hong Kong)",
  "ap-east-2": "Asia Pacific (Taipei)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-northeast-2": "Asia Pacific (Seoul)",
  "ap-northeast-3": "Asia Pacific (Osaka)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-south-2": "Asia Pacific (Hyderabad)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ap-southeast-3": "Asia Pacific (Jakarta)",
  "ap-southeast-4": "Asia Pacific (Melbourne)",
  "ap-southeast-5": "Asia Pacific (Malaysia)",
  "ap-southeast-7": "Asia Pacific (Thailand)",
  "ca-central-1": "Canada (Central)",
  "ca-west-1": "Canada West (Calgary)",
  "eu-central-1": "Europe (Frankfurt)",
  "eu-central-2": "Europe (Zurich)",
  "eu-north-1": "Europe (Stockholm)",
  "eu-south-1": "Europe (Milan)",
  "eu-south-2": "Europe (Spain)",
  "eu-west-1": "Europe (Ireland)",
  "eu-west-2": "Europe (London)",
  "eu-west-3": "Europe (Paris)",
  "il-central-1": "Israel (Tel Aviv)",
  "me-central-1": "Middle East (UAE)",
  "me-south-1": "Middle East (Bahrain)",
  "mx-central-1": "Mexico (Central)",
  "sa-east-1": "South America (São Paulo)",
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
};

/** `ec2` gives the connection to a region: each knows its own zones alone. */
export async function readRegions(
  home: Ec2,
  ec2: (region: string) => Promise<Ec2>,
  { prefix = "", zones }: RegionQuery,
): Promise<readonly RegionInfo[]> {
  const { Regions = [] } = await home.describeRegions({});
  const names = Regions.flatMap(({ RegionName = "" }) => (RegionName.startsWith(prefix) ? [RegionName] : []));
  return Promise.all(
    names.toSorted().map(async (name) => {
      return { name, description: NAMES[name] ?? "", zones: zones ? await readZones(await ec2(name)) : [] };
    }),
  );
}

/** Without local and wavelength zones, in which most of the rest is not to be had. */
async function readZones(ec2: Ec2): Promise<readonly string[]> {
  const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({
    Filters: [{ Name: "zone-type", Values: ["availability-zone"] }],
  });
  return AvailabilityZones.flatMap(({ ZoneName }) => (ZoneName === undefined ? [] : [ZoneName])).sort();
}
