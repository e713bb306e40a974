/** What AWS offers, read with the SDK's own commands from answers in AWS's shapes. */
import { afterEach, describe, expect, test } from "vitest";
import { makeAwsCatalogue } from "../../../src/aws/offers/catalogue.ts";
import { EXIT, TransientError } from "../../../src/errors.ts";
import { type Answer, type Call, type FakeAws, jsonError, startFakeAws } from "../fake-aws.ts";
import { ec2Answer, ec2Error, type Listed, priceListAnswer } from "./ec2-answers.ts";

const NOW = Date.parse("2026-11-21T10:00:00Z");

let aws: FakeAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function catalogueOver(answer: (call: Call, index: number) => Answer) {
  aws = await startFakeAws(answer);
  const { endpoint } = aws;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return makeAwsCatalogue({ region: "us-west-2", endpoint, credentials, attempts: 1 }, { now: () => NOW });
}

/** The parameters of a call to EC2. */
function parameters({ body }: Call): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(body));
}

function callsOf(operation: string): readonly Call[] {
  return aws?.calls.filter((call) => call.operation === operation) ?? [];
}

interface ProductFilter {
  readonly Type: string;
  readonly Field: string;
  readonly Value: string;
}

function filtersOf({ body }: Call): Readonly<Record<string, string>> {
  const { Filters }: { Filters: readonly ProductFilter[] } = JSON.parse(body);
  expect(Filters.every(({ Type }) => Type === "TERM_MATCH")).toBe(true);
  return Object.fromEntries(Filters.map(({ Field, Value }) => [Field, Value]));
}

const GRAVITON = {
  instanceType: "c7gd.xlarge",
  supportedUsageClasses: ["on-demand", "spot"],
  bareMetal: false,
  processorInfo: { supportedArchitectures: ["arm64"], sustainedClockSpeedInGhz: 2.6, manufacturer: "AWS" },
  vCpuInfo: { defaultVCpus: 4, defaultCores: 4, defaultThreadsPerCore: 1 },
  memoryInfo: { sizeInMiB: 8192 },
  instanceStorageSupported: true,
  instanceStorageInfo: { totalSizeInGB: 237 },
};

const GPU = {
  instanceType: "g5.12xlarge",
  processorInfo: { supportedArchitectures: ["i386", "x86_64"] },
  vCpuInfo: { defaultVCpus: 48 },
  memoryInfo: { sizeInMiB: 196608 },
  gpuInfo: {
    gpus: [
      { name: "A10G", manufacturer: "NVIDIA", count: 4 },
      { name: "Radeon Pro V520", manufacturer: "AMD", count: 2 },
    ],
    totalGpuMemoryInMiB: 91553,
  },
};

const MAC = {
  instanceType: "mac2.metal",
  processorInfo: { supportedArchitectures: ["arm64_mac"] },
  vCpuInfo: { defaultVCpus: 8 },
  memoryInfo: { sizeInMiB: 16384 },
};

const ON_DEMAND: readonly Listed[] = [
  listedInstance("c7gd.xlarge", "AWS Graviton3 Processor", "0.1814000000"),
  listedInstance("g5.12xlarge", "AMD EPYC 7R32", "5.6720000000"),
  // Types that are sold with reservations alone are in the list, for nothing.
  listedInstance("p9.48xlarge", "AMD EPYC 9R14", "0.0000000000"),
];

function listedInstance(instanceType: string, physicalProcessor: string, usd: string): Listed {
  return { family: "Compute Instance", attributes: { instanceType, physicalProcessor }, unit: "Hrs", usd };
}

const DISKS: Readonly<Record<string, readonly Listed[]>> = {
  gp3: [
    { family: "Storage", attributes: { usagetype: "USW2-EBS:VolumeUsage.gp3" }, unit: "GB-Mo", usd: "0.0800000000" },
    {
      family: "System Operation",
      attributes: { usagetype: "USW2-EBS:VolumeP-IOPS.gp3" },
      unit: "IOPS-Mo",
      usd: "0.0050000000",
    },
    {
      family: "Provisioned Throughput",
      attributes: { usagetype: "USW2-EBS:VolumeP-Throughput.gp3" },
      unit: "GiBps-mo",
      usd: "40.9600000000",
    },
  ],
  io2: [
    { family: "Storage", attributes: { usagetype: "USW2-EBS:VolumeUsage.io2" }, unit: "GB-Mo", usd: "0.1250000000" },
    {
      family: "System Operation",
      attributes: { usagetype: "USW2-EBS:VolumeP-IOPS.io2.tier2" },
      unit: "IOPS-Mo",
      usd: "0.0455000000",
    },
    {
      family: "System Operation",
      attributes: { usagetype: "USW2-EBS:VolumeP-IOPS.io2" },
      unit: "IOPS-Mo",
      usd: "0.0650000000",
    },
  ],
};

function answerPrices(call: Call): Answer {
  if (call.operation === "DescribeInstanceTypes") {
    return parameters(call).NextToken === undefined
      ? ec2Answer(call.operation, { instanceTypeSet: [GRAVITON, MAC], nextToken: "more" })
      : ec2Answer(call.operation, { instanceTypeSet: [GPU] });
  }
  if (call.operation === "DescribeInstanceTypeOfferings") {
    const of = (instanceType: string, location: string) => ({
      instanceType,
      locationType: "availability-zone",
      location,
    });
    const instanceTypeOfferingSet = [
      of("c7gd.xlarge", "us-west-2b"),
      of("c7gd.xlarge", "us-west-2a"),
      of("g5.12xlarge", "us-west-2c"),
    ];
    return ec2Answer(call.operation, { instanceTypeOfferingSet });
  }
  const { volumeApiName } = filtersOf(call);
  if (volumeApiName !== undefined) return priceListAnswer(DISKS[volumeApiName] ?? []);
  const { NextToken } = JSON.parse(call.body);
  return NextToken === undefined
    ? priceListAnswer(ON_DEMAND.slice(0, 1), "page-2")
    : priceListAnswer(ON_DEMAND.slice(1));
}

describe("the price list of a region", () => {
  test("has every page of types, with the zones that have them", async () => {
    const { types } = await (await catalogueOver(answerPrices)).priceList("us-west-2");
    expect(types).toEqual([
      {
        name: "c7gd.xlarge",
        architecture: "arm64",
        cpus: 4,
        memoryGB: 8,
        localSsdGB: 237,
        gpus: 0,
        zones: ["us-west-2a", "us-west-2b"],
      },
      {
        name: "g5.12xlarge",
        architecture: "x86_64",
        cpus: 48,
        memoryGB: 192,
        localSsdGB: 0,
        gpus: 4,
        zones: ["us-west-2c"],
      },
    ]);
    expect(callsOf("DescribeInstanceTypes").map(parameters)).toMatchObject([
      { "Filter.1.Name": "bare-metal", "Filter.1.Value.1": "false" },
      { NextToken: "more" },
    ]);
    expect(callsOf("DescribeInstanceTypeOfferings").map(parameters)).toMatchObject([
      { LocationType: "availability-zone" },
    ]);
  });

  test("has the price of Linux by the hour on shared hardware, and the processor", async () => {
    const { onDemand } = await (await catalogueOver(answerPrices)).priceList("us-west-2");
    expect(onDemand).toEqual([
      { instanceType: "c7gd.xlarge", pricePerHour: 0.1814, processor: "AWS Graviton3 Processor" },
      { instanceType: "g5.12xlarge", pricePerHour: 5.672, processor: "AMD EPYC 7R32" },
    ]);
    const asked = callsOf("GetProducts")
      .map(filtersOf)
      .filter(({ volumeApiName }) => volumeApiName === undefined);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual({
      regionCode: "us-west-2",
      operatingSystem: "Linux",
      tenancy: "Shared",
      preInstalledSw: "NA",
      capacitystatus: "Used",
      marketoption: "OnDemand",
    });
  });

  test("has what disks cost: a GB, an operation and a MB/s a month", async () => {
    const { disks } = await (await catalogueOver(answerPrices)).priceList("us-west-2");
    expect(disks).toEqual([
      { type: "gp3", perGB: 0.08, perIops: 0.005, includedIops: 3000, perThroughput: 0.04, includedThroughput: 125 },
      { type: "io2", perGB: 0.125, perIops: 0.065, includedIops: 0, perThroughput: 0, includedThroughput: 0 },
    ]);
  });

  test("is asked of Pricing where Pricing is, whichever region it is of", async () => {
    await (await catalogueOver(answerPrices)).priceList("eu-north-1");
    const regionOf = ({ headers }: Call) => /Credential=[^/]+\/\d+\/([^/]+)\//.exec(String(headers.authorization))?.[1];
    expect(new Set(callsOf("GetProducts").map(regionOf))).toEqual(new Set(["us-east-1"]));
    expect(new Set(callsOf("DescribeInstanceTypes").map(regionOf))).toEqual(new Set(["eu-north-1"]));
  });
});

describe("spot prices", () => {
  test("are the latest of each zone; a page without any is not the end, an empty token is", async () => {
    const price = (instanceType: string, availabilityZone: string, spotPrice: string, timestamp: string) => {
      return { instanceType, availabilityZone, spotPrice, timestamp, productDescription: "Linux/UNIX" };
    };
    const pages = [
      { spotPriceHistorySet: [price("c7g.large", "us-west-2a", "0.031000", "2026-11-21T08:00:00Z")], nextToken: "2" },
      { spotPriceHistorySet: [], nextToken: "3" },
      {
        spotPriceHistorySet: [
          price("c7g.large", "us-west-2a", "0.029900", "2026-11-21T09:00:00Z"),
          price("c7g.large", "us-west-2a", "0.033000", "2026-11-21T07:00:00Z"),
          price("c7g.large", "us-west-2b", "0.030100", "2026-11-21T07:00:00Z"),
        ],
        nextToken: "",
      },
    ];
    const catalogue = await catalogueOver(({ operation }, index) => ec2Answer(operation, pages[index] ?? {}));
    expect(await catalogue.spotPrices("us-west-2")).toEqual([
      { instanceType: "c7g.large", zone: "us-west-2a", pricePerHour: 0.0299 },
      { instanceType: "c7g.large", zone: "us-west-2b", pricePerHour: 0.0301 },
    ]);
    expect(aws?.calls.map(parameters)).toMatchObject([
      { StartTime: "2026-11-21T10:00:00Z", "ProductDescription.1": "Linux/UNIX" },
      { NextToken: "2" },
      { NextToken: "3" },
    ]);
  });
});

describe("regions", () => {
  const answer = ({ operation }: Call): Answer =>
    operation === "DescribeRegions"
      ? ec2Answer(operation, {
          regionInfo: ["us-west-2", "eu-west-1", "xx-new-1", "eu-north-1"].map((regionName) => ({ regionName })),
        })
      : ec2Answer(operation, { availabilityZoneInfo: [{ zoneName: "eu-x-1b" }, { zoneName: "eu-x-1a" }] });

  test("have a name where AWS gives them one, and zones only where they are asked for", async () => {
    const catalogue = await catalogueOver(answer);
    expect(await catalogue.regions({ zones: false })).toEqual([
      { name: "eu-north-1", description: "Europe (Stockholm)", zones: [] },
      { name: "eu-west-1", description: "Europe (Ireland)", zones: [] },
      { name: "us-west-2", description: "US West (Oregon)", zones: [] },
      { name: "xx-new-1", description: "", zones: [] },
    ]);
    expect(callsOf("DescribeAvailabilityZones")).toEqual([]);
  });

  test("are asked for their zones each, those that the prefix names", async () => {
    const catalogue = await catalogueOver(answer);
    const found = await catalogue.regions({ prefix: "eu-", zones: true });
    expect(found.map(({ name, zones }) => [name, zones])).toEqual([
      ["eu-north-1", ["eu-x-1a", "eu-x-1b"]],
      ["eu-west-1", ["eu-x-1a", "eu-x-1b"]],
    ]);
    expect(callsOf("DescribeAvailabilityZones").map(parameters)).toMatchObject([
      { "Filter.1.Name": "zone-type", "Filter.1.Value.1": "availability-zone" },
      {},
    ]);
  });
});

describe("images", () => {
  const image = (imageId: string, name: string, creationDate: string, more: object = {}) => {
    return { imageId, name, creationDate, architecture: "x86_64", imageState: "available", ...more };
  };
  const answer = (call: Call): Answer => {
    const own = parameters(call)["Owner.1"] === "self";
    const imagesSet = own
      ? [image("ami-1", "mine", "2026-11-01T00:00:00.000Z", { imageOwnerId: "123456789012" })]
      : [
          image("ami-2", "al2023-ami-ecs-hvm-2023", "2026-11-10T00:00:00.000Z", { imageOwnerAlias: "amazon" }),
          image("ami-3", "ubuntu-noble", "2026-11-05T00:00:00.000Z", {
            imageOwnerId: "099720109477",
            description: "24.04",
          }),
          image("ami-4", "old", "2026-11-05T00:00:00.000Z", { architecture: "i386" }),
        ];
    return ec2Answer(call.operation, { imagesSet });
  };

  test("are the account's own and those people begin with, the latest first", async () => {
    const catalogue = await catalogueOver(answer);
    expect(await catalogue.images({ region: "us-west-2", own: false })).toMatchObject([
      { id: "ami-2", owner: "amazon", architecture: "x86_64", created: "2026-11-10T00:00:00.000Z" },
      { id: "ami-3", owner: "canonical", description: "24.04" },
      { id: "ami-1", owner: "self", description: "" },
    ]);
  });

  test("are only the account's own where those are asked for", async () => {
    const catalogue = await catalogueOver(answer);
    expect(await catalogue.images({ region: "us-west-2", own: true })).toMatchObject([{ id: "ami-1" }]);
    expect(aws?.calls).toHaveLength(1);
  });

  test("hold the text that is looked for, in whatever case", async () => {
    const catalogue = await catalogueOver(answer);
    expect(await catalogue.images({ region: "us-west-2", own: false, text: "UBUNTU" })).toMatchObject([
      { id: "ami-3" },
    ]);
  });
});

describe("AWS refusing", () => {
  test.each([
    {
      who: "nobody",
      answer: ec2Error(401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    },
    {
      who: "EC2",
      answer: ec2Error(403, "UnauthorizedOperation", "You are not authorized to perform: ec2:DescribeRegions"),
    },
  ])("$who ends with the exit code for credentials", async ({ answer }) => {
    const catalogue = await catalogueOver(() => answer);
    await expect(catalogue.regions({ zones: false })).rejects.toMatchObject({ exitCode: EXIT.credentials });
  });

  test("Pricing ends with the right that is missing", async () => {
    const denied = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: pricing:GetProducts";
    const catalogue = await catalogueOver((call) =>
      call.operation === "GetProducts" ? jsonError(400, "AccessDeniedException", denied) : answerPrices(call),
    );
    await expect(catalogue.priceList("us-west-2")).rejects.toMatchObject({
      message: expect.stringContaining("pricing:GetProducts"),
      exitCode: EXIT.credentials,
    });
  });

  test("for a while is passing", async () => {
    const catalogue = await catalogueOver(() => ec2Error(503, "RequestLimitExceeded", "Request limit exceeded."));
    await expect(catalogue.spotPrices("us-west-2")).rejects.toBeInstanceOf(TransientError);
  });
});
