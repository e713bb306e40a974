/** The types of a region, as EC2 describes them, each with the zones that have it. */
import type { GpuInfo, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { InstanceType } from "../../offers/catalogue.ts";
import type { Architecture } from "../../offers/offer.ts";
import type { Ec2 } from "../services/ec2.ts";
import { everyPage } from "./every-page.ts";

/** EC2 gives no more of them at a time. */
const TYPES_A_PAGE = 100;
const OFFERINGS_A_PAGE = 1000;

/** Without bare metal, which takes too long to start for a worker, and without the few architectures nobody can choose. */
export async function readInstanceTypes(ec2: Ec2): Promise<readonly InstanceType[]> {
  const [described, zones] = await Promise.all([
    everyPage((NextToken) =>
      ec2.describeInstanceTypes({
        Filters: [{ Name: "bare-metal", Values: ["false"] }],
        MaxResults: TYPES_A_PAGE,
        NextToken,
      }),
    ),
    readZones(ec2),
  ]);
  return described
    .flatMap(({ InstanceTypes = [] }) => InstanceTypes)
    .map((info) => typeOf(info, zones.get(info.InstanceType ?? "") ?? []))
    .filter((type) => type !== undefined);
}

async function readZones(ec2: Ec2): Promise<ReadonlyMap<string, readonly string[]>> {
  const pages = await everyPage((NextToken) =>
    ec2.describeInstanceTypeOfferings({
      LocationType: "availability-zone",
      MaxResults: OFFERINGS_A_PAGE,
      NextToken,
    }),
  );
  const zones = new Map<string, string[]>();
  for (const { InstanceType: type = "", Location: zone = "" } of pages.flatMap(
    (page) => page.InstanceTypeOfferings ?? [],
  )) {
    const known = zones.get(type);
    if (known === undefined) zones.set(type, [zone]);
    else known.push(zone);
  }
  for (const each of zones.values()) each.sort();
  return zones;
}

function typeOf(info: InstanceTypeInfo, zones: readonly string[]): InstanceType | undefined {
  const { InstanceType: name, ProcessorInfo, VCpuInfo, MemoryInfo, InstanceStorageInfo, GpuInfo: gpuInfo } = info;
  const architecture = architectureOf(ProcessorInfo?.SupportedArchitectures ?? []);
  const cpus = VCpuInfo?.DefaultVCpus;
  const memoryMiB = MemoryInfo?.SizeInMiB;
  if (name === undefined || architecture === undefined || cpus === undefined || memoryMiB === undefined)
    return undefined;
  return {
    name,
    architecture,
    cpus,
    memoryGB: memoryMiB / 1024,
    localSsdGB: InstanceStorageInfo?.TotalSizeInGB ?? 0,
    gpus: gpusOf(gpuInfo),
    zones,
  };
}

/** Those that containers can be given: Batch and ECS know NVIDIA's alone. */
function gpusOf({ Gpus = [] }: GpuInfo = {}): number {
  return Gpus.reduce((sum, { Count = 0, Manufacturer }) => sum + (Manufacturer === "NVIDIA" ? Count : 0), 0);
}

/** Old types run 32-bit programs as well; Macs have names of their own. */
function architectureOf(supported: readonly string[]): Architecture | undefined {
  return (["x86_64", "arm64"] as const).find((architecture) => supported.includes(architecture));
}
