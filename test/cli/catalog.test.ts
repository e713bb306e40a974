/** `cirrus catalog`: offers, regions and images, from AWS, from what is kept of it, and from the record. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EXIT } from "../../src/errors.ts";
import type { Offer } from "../../src/offers/offer.ts";
import { type FakeAws, startFakeAws } from "../aws/fake-aws.ts";
import { ec2Answer, priceListAnswer } from "../aws/offers/ec2-answers.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus } from "./cirrus.ts";
import { temporaryProject } from "./temporary-project.ts";

function call(args: readonly string[], options: { readonly cwd?: string; readonly env?: Record<string, string> } = {}) {
  const { cwd = temporaryFolder(), env = {} } = options;
  return cirrus(["catalog", ...args], { cwd, env: { XDG_CACHE_HOME: temporaryFolder(), ...env } });
}

async function offers(...args: readonly string[]): Promise<readonly Offer[]> {
  const { code, stdout, stderr } = await call(["instance-types", "--offline", "-o", "json", ...args]);
  expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: expect.stringContaining("as recorded on") });
  return JSON.parse(stdout);
}

describe("cirrus catalog instance-types --offline", () => {
  test("finds what the reference's own example asks for", async () => {
    const found = await offers("--arch", "ARM64", "--min-cpu", "2", "--max-cpu", "4", "--max-memory-per-cpu", "4");
    expect(found.length).toBeGreaterThan(0);
    for (const { architecture, cpus, memoryGB } of found) {
      expect(architecture).toBe("arm64");
      expect([2, 4]).toContain(cpus);
      expect(memoryGB / cpus).toBeLessThanOrEqual(4);
    }
  });

  test("has the cheapest CPU first, unless told otherwise", async () => {
    const prices = (await offers("--limit", "50")).map(({ pricePerHour, cpus }) => pricePerHour / cpus);
    expect(prices).toHaveLength(50);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    const sizes = (await offers("--sort-by", "-cpus,price")).map(({ cpus }) => cpus);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  test("takes spot alone, on demand alone, or both", async () => {
    const kinds = async (...args: string[]) => new Set((await offers(...args)).map(({ spot }) => spot));
    expect(await kinds()).toEqual(new Set([true, false]));
    expect(await kinds("--spot")).toEqual(new Set([true]));
    expect(await kinds("--no-spot")).toEqual(new Set([false]));
  });

  test("takes several expressions for types, and one zone, which says the region", async () => {
    const found = await offers("--instance-types", "^c7g,^m7g", "r7g", "--zone", "us-east-1b", "--spot");
    expect(new Set(found.map(({ instanceType }) => instanceType.split(".")[0]))).toEqual(
      new Set(["c7g", "m7g", "r7g"]),
    );
    expect(new Set(found.map(({ zone }) => zone))).toEqual(new Set(["us-east-1b"]));
  });

  test("has the boot disk that was asked for in the price", async () => {
    const disk = ["--boot-disk-types", "gp3", "io2", "--boot-disk-per-cpu", "50", "--boot-disk-iops", "4000"];
    const found = await offers("--instance-types", "^c7g.large$", "--no-spot", ...disk);
    expect(found).toMatchObject([
      { bootDiskType: "gp3", bootDiskGB: 100, instancePricePerHour: 0.0725, pricePerHour: 0.090308 },
      { bootDiskType: "io2", bootDiskGB: 100, instancePricePerHour: 0.0725, pricePerHour: 0.445788 },
    ]);
  });

  test("shows a table; what is no price of AWS's own says so", async () => {
    const table = ["instance-types", "--offline", "--instance-types", "^c7g.large$", "--region", "us-west-2"];
    const { stdout, stderr } = await call(table);
    expect(stdout).toMatch(/^type +zone +bought +arch +CPU family/);
    expect(stdout).toMatch(/^c7g\.large +all +on demand +arm64 +AWS Graviton3 +2 +4 +– +– +0\.0758 +0\.03789$/m);
    expect(stdout).toMatch(/^c7g\.large +us-west-2c +spot .* ~0\.\d+ /m);
    expect(stderr).toContain("~ estimated");
    const detailed = await call([...table, "--detail", "--no-spot"]);
    expect(detailed.stdout).toMatch(/30 GB gp3/);
    expect(detailed.stderr).not.toContain("~ estimated");
  });

  test("names each type once", async () => {
    const { stdout } = await call([
      "instance-types",
      "--offline",
      "--cpu-family",
      "sapphire",
      "--sort-by",
      "type",
      "-o",
      "name",
    ]);
    const names = stdout.trimEnd().split("\n");
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, 3)).toEqual(["c7i.2xlarge", "c7i.4xlarge", "c7i.8xlarge"]);
  });

  test("says which constraints leave nothing, and what comes back without one", async () => {
    const { code, stdout, stderr } = await call([
      "instance-types",
      "--offline",
      "--min-cpu",
      "500",
      "--arch",
      "arm64",
      "-o",
      "json",
    ]);
    expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: "[]\n" });
    expect(stderr).toMatch(/None of the \d+ offers in us-west-2 meets all constraints:/);
    expect(stderr).toMatch(/--min-cpu 500 excludes \d+; without it there would be \d+/);
  });

  test("says which disk a price is with where there are several", async () => {
    const list = (...disks: string[]) =>
      call(["instance-types", "--offline", "--instance-types", "^m7g.large$", "--boot-disk-types", ...disks]);
    expect((await list("gp3")).stdout).not.toContain("boot disk");
    expect((await list("gp3", "gp2")).stdout).toMatch(/boot disk.*\n.*30 GB gp\d/);
  });

  test("takes the region of the project that it is called in", async () => {
    const cwd = temporaryProject();
    const { stdout } = await call(["instance-types", "--offline", "--limit", "1", "-o", "json"], {
      cwd,
      env: { AWS_REGION: "us-east-1" },
    });
    expect(JSON.parse(stdout)).toMatchObject([{ region: "us-west-2" }]);
  });

  test.each([
    { args: ["--sort-by", "prce"], says: "Did you mean price?" },
    { args: ["--instance-types", "c7("], says: "regular expression" },
    { args: ["--min-cpu", "8", "--max-cpu", "4"], says: "  min-cpu 8 is more than max-cpu 4" },
    { args: ["--min-cpu", "many"], says: "expected number" },
    { args: ["--max-price", "-1"], says: "0 or more" },
    { args: ["--architecture", "sparc"], says: "x86_64" },
    { args: ["--boot-disk-types", "pd-ssd"], says: "gp3, gp2" },
    { args: ["--provider", "gcp"], says: "aws" },
    { args: ["--refresh"], says: "--offline" },
  ])("$args is a usage error that says: $says", async ({ args, says }) => {
    const { code, stderr } = await call(["instance-types", "--offline", ...args]);
    expect({ code, stderr }).toEqual({ code: EXIT.usage, stderr: expect.stringContaining(says) });
  });

  test("of a region that is not recorded says which are", async () => {
    const { code, stderr } = await call(["instance-types", "--offline", "--region", "eu-north-1"]);
    expect({ code, stderr }).toEqual({ code: EXIT.notFound, stderr: expect.stringContaining("us-west-2, us-east-1") });
  });
});

test("cirrus catalog regions --offline lists those that are recorded", async () => {
  const { code, stdout } = await call(["regions", "--offline", "--zones", "-o", "json"]);
  expect(code).toBe(EXIT.ok);
  expect(JSON.parse(stdout)).toContainEqual({
    name: "us-west-2",
    description: "US West (Oregon)",
    zones: ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"],
  });
});

describe("cirrus catalog without credentials", () => {
  beforeEach(() => {
    const nowhere = temporaryFolder();
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", `${nowhere}/credentials`);
    vi.stubEnv("AWS_CONFIG_FILE", `${nowhere}/config`);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"])
      vi.stubEnv(name, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("exits with 4, says what to do, and that --offline works", async () => {
    const { code, stdout, stderr } = await call(["instance-types", "--region", "us-west-2"]);
    expect({ code, stdout }).toEqual({ code: EXIT.credentials, stdout: "" });
    expect(stderr).toContain("There are no AWS credentials");
    expect(stderr).toContain("--offline");
  });

  test("and without a region asks for one", async () => {
    const { code, stderr } = await call(["instance-types"]);
    expect({ code, stderr }).toEqual({ code: EXIT.config, stderr: expect.stringContaining("--region") });
  });
});

describe("cirrus catalog over AWS", () => {
  let aws: FakeAws;
  beforeEach(async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    aws = await startFakeAws(({ operation, body }) => {
      if (operation === "GetProducts") {
        const instance = { instanceType: "c7g.large", physicalProcessor: "AWS Graviton3 Processor" };
        const products = [{ family: "Compute Instance", attributes: instance, unit: "Hrs", usd: "0.0725000000" }];
        return priceListAnswer(body.includes("volumeApiName") ? [] : products);
      }
      return ec2Answer(operation, ANSWERS[operation] ?? {});
    });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });

  const ANSWERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    DescribeInstanceTypes: {
      instanceTypeSet: [
        {
          instanceType: "c7g.large",
          processorInfo: { supportedArchitectures: ["arm64"] },
          vCpuInfo: { defaultVCpus: 2 },
          memoryInfo: { sizeInMiB: 4096 },
        },
      ],
    },
    DescribeSpotPriceHistory: {
      spotPriceHistorySet: [
        {
          instanceType: "c7g.large",
          availabilityZone: "us-west-2a",
          spotPrice: "0.0301",
          timestamp: "2026-11-21T08:00:00Z",
        },
      ],
    },
    DescribeImages: {
      imagesSet: [
        {
          imageId: "ami-1",
          name: "older",
          architecture: "arm64",
          creationDate: "2026-01-01T00:00:00.000Z",
          imageOwnerId: "1",
        },
        {
          imageId: "ami-2",
          name: "newer",
          architecture: "arm64",
          creationDate: "2026-02-01T00:00:00.000Z",
          imageOwnerId: "1",
        },
      ],
    },
  };

  test("asks once, keeps what it was told, also for offline, and asks again with --refresh", async () => {
    const cwd = temporaryFolder();
    const env = { XDG_CACHE_HOME: temporaryFolder(), AWS_ENDPOINT_URL: aws.endpoint };
    const list = (...args: string[]) =>
      call(["instance-types", "-r", "us-west-2", "-o", "json", ...args], { cwd, env });

    const first = await list();
    expect({ code: first.code, stderr: first.stderr }).toEqual({
      code: EXIT.ok,
      stderr: expect.stringContaining("asking AWS for types and prices in us-west-2"),
    });
    // The region has no price for disks: the typical one stands in, and is called so.
    expect(JSON.parse(first.stdout)).toMatchObject([
      { instanceType: "c7g.large", zone: "us-west-2a", spot: true, instancePricePerHour: 0.0301, estimated: true },
      {
        instanceType: "c7g.large",
        cpuFamily: "AWS Graviton3",
        spot: false,
        instancePricePerHour: 0.0725,
        estimated: true,
      },
    ]);
    const asked = aws.calls.length;

    for (const args of [[], ["--offline"]]) {
      const again = await list(...args);
      expect(again.stdout).toBe(first.stdout);
      expect(again.stderr).toMatch(/as read at \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    }
    expect(aws.calls.length).toBe(asked);

    expect((await list("--refresh")).stdout).toBe(first.stdout);
    expect(aws.calls.length).toBe(2 * asked);
  });

  test("lists images, the latest first unless told otherwise", async () => {
    const images = (...args: string[]) =>
      call(["images", "-r", "us-west-2", "--own", "-o", "name", ...args], { env: { AWS_ENDPOINT_URL: aws.endpoint } });
    expect((await images()).stdout).toBe("ami-2\nami-1\n");
    expect((await images("--sort-by", "created")).stdout).toBe("ami-1\nami-2\n");
    expect((await images("--limit", "1")).stdout).toBe("ami-2\n");
    expect((await images("--sort-by", "size")).code).toBe(EXIT.usage);
  });
});
