/** The launch template of a pool's instances. It is made first and removed last: while there is one, something of the pool is there. */
import type { Filter, LaunchTemplate, VolumeType } from "@aws-sdk/client-ec2";
import type { PoolPlan } from "../../bulk/pool.ts";
import type { PoolOrder } from "../../bulk/pool-order.ts";
import { CirrusError } from "../../errors.ts";
import { everyPage } from "../offers/every-page.ts";
import type { LaunchTemplates } from "../services/launch-templates.ts";
import { ORDER_TAG, orderDigest, poolNames, poolTags, RUN_TAG, STACK_TAG, tagList } from "./pool-names.ts";
import { userData } from "./user-data.ts";

export interface FoundTemplate {
  /** Digest of the order that the pool was made to. */
  readonly order: string;
  /** Milliseconds since 1970: the age of the whole pool. */
  readonly madeAt: number;
}

/** Undefined where there is no pool. */
export async function findTemplate(
  service: LaunchTemplates,
  stack: string,
  run: string,
): Promise<FoundTemplate | undefined> {
  // Names in a call's own list are an error where they are missing; a filter finds nothing.
  const Filters = [{ Name: "launch-template-name", Values: [poolNames(stack, run).base] }];
  const [template] = await listTemplates(service, Filters);
  return template && { order: tagOf(template, ORDER_TAG) ?? "", madeAt: template.CreateTime?.getTime() ?? 0 };
}

/** What stands against it; undefined where it is there now. */
export async function makeTemplate(
  service: LaunchTemplates,
  stack: string,
  run: string,
  order: PoolOrder,
): Promise<string | undefined> {
  const tags = poolTags(stack, run);
  const { data, refusal } = scriptOf(order.plan);
  if (refusal !== undefined) return refusal;
  const template = {
    LaunchTemplateName: poolNames(stack, run).base,
    TagSpecifications: [
      {
        ResourceType: "launch-template" as const,
        Tags: tagList({ ...tags, [ORDER_TAG]: orderDigest(order) }),
      },
    ],
    LaunchTemplateData: {
      ...(data !== undefined && { UserData: data }),
      // Workers ask for notices from within a container, which may be one hop further away.
      MetadataOptions: { HttpTokens: "required" as const, HttpPutResponseHopLimit: 2 },
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: bootDisk(order.plan) }],
      // Instances have the tags of their environment.
      TagSpecifications: [{ ResourceType: "volume" as const, Tags: tagList(tags) }],
    },
  };
  try {
    await service.createLaunchTemplate(template);
  } catch (thrown) {
    if (isNamed(thrown, /^InvalidLaunchTemplateName\.AlreadyExistsException$/)) return undefined;
    if (thrown instanceof Error && REFUSAL.test(thrown.name)) return thrown.message;
    throw thrown;
  }
  return undefined;
}

/** EC2 has a name of its own for each thing that it does not take: a disk of such throughput, user data that it cannot read. */
const REFUSAL = /^(?:Invalid|Missing|Unsupported)/;

/** One that is too long would be so a minute later as well. */
function scriptOf({ startupScript }: PoolPlan): { readonly data?: string; readonly refusal?: string } {
  try {
    return startupScript === undefined ? {} : { data: userData(startupScript) };
  } catch (thrown) {
    if (thrown instanceof CirrusError) return { refusal: thrown.message };
    throw thrown;
  }
}

/** The image of ECS does not fit on less. */
const LEAST_GB = 30;

function bootDisk({ bootDiskGB, bootDiskType, bootDiskIops: Iops, bootDiskThroughput: Throughput }: PoolPlan) {
  return {
    VolumeSize: Math.max(LEAST_GB, Math.ceil(bootDiskGB)),
    // Plans are made from offers, which name EC2's own types.
    VolumeType: (bootDiskType ?? "gp3") as VolumeType,
    Encrypted: true,
    DeleteOnTermination: true,
    ...(Iops !== undefined && { Iops }),
    ...(Throughput !== undefined && { Throughput }),
  };
}

export async function removeTemplate(service: LaunchTemplates, stack: string, run: string): Promise<void> {
  const LaunchTemplateName = poolNames(stack, run).base;
  await service.deleteLaunchTemplate({ LaunchTemplateName }).catch((thrown: unknown) => {
    if (!isNamed(thrown, /^InvalidLaunchTemplate(?:Name|Id)\.NotFoundException$/)) throw thrown;
  });
}

/** The runs of a stack that have one. */
export async function runsWithTemplate(service: LaunchTemplates, stack: string): Promise<readonly string[]> {
  const Filters = [
    { Name: `tag:${STACK_TAG}`, Values: [stack] },
    { Name: "tag-key", Values: [RUN_TAG] },
  ];
  return (await listTemplates(service, Filters)).flatMap((template) => tagOf(template, RUN_TAG) ?? []);
}

/** With a filter a page may be empty and yet not the last one. */
async function listTemplates(service: LaunchTemplates, Filters: Filter[]): Promise<readonly LaunchTemplate[]> {
  const pages = await everyPage((NextToken) => service.describeLaunchTemplates({ Filters, NextToken }));
  return pages.flatMap(({ LaunchTemplates = [] }) => LaunchTemplates);
}

function tagOf({ Tags = [] }: LaunchTemplate, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}

function isNamed(thrown: unknown, name: RegExp): boolean {
  return thrown instanceof Error && name.test(thrown.name);
}
