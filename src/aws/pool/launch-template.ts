/** The launch template of a pool's instances. It is made first and removed last: while there is one, something of the pool is there. */
import type { LaunchTemplate, VolumeType } from "@aws-sdk/client-ec2";
import type { PoolPlan } from "../../bulk/pool.ts";
import type { PoolOrder } from "../../bulk/pool-order.ts";
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
  const { LaunchTemplates: [template] = [] } = await service.describeLaunchTemplates({ Filters });
  return template && { order: tagOf(template, ORDER_TAG) ?? "", madeAt: template.CreateTime?.getTime() ?? 0 };
}

export async function makeTemplate(
  service: LaunchTemplates,
  stack: string,
  run: string,
  order: PoolOrder,
): Promise<void> {
  const tags = poolTags(stack, run);
  const { startupScript } = order.plan;
  const template = {
    LaunchTemplateName: poolNames(stack, run).base,
    TagSpecifications: [
      {
        ResourceType: "launch-template" as const,
        Tags: tagList({ ...tags, [ORDER_TAG]: orderDigest(order) }),
      },
    ],
    LaunchTemplateData: {
      ...(startupScript !== undefined && { UserData: userData(startupScript) }),
      // Workers ask for notices from within a container, which may be one hop further away.
      MetadataOptions: { HttpTokens: "required" as const, HttpPutResponseHopLimit: 2 },
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: bootDisk(order.plan) }],
      // Instances have the tags of their environment.
      TagSpecifications: [{ ResourceType: "volume" as const, Tags: tagList(tags) }],
    },
  };
  await service.createLaunchTemplate(template).catch((thrown: unknown) => {
    if (!isNamed(thrown, /^InvalidLaunchTemplateName\.AlreadyExistsException$/)) throw thrown;
  });
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
  const runs: string[] = [];
  const Filters = [
    { Name: `tag:${STACK_TAG}`, Values: [stack] },
    { Name: "tag-key", Values: [RUN_TAG] },
  ];
  let NextToken: string | undefined;
  do {
    const page = await service.describeLaunchTemplates({ Filters, ...(NextToken && { NextToken }) });
    runs.push(...(page.LaunchTemplates ?? []).flatMap((template) => tagOf(template, RUN_TAG) ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return runs;
}

function tagOf({ Tags = [] }: LaunchTemplate, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}

function isNamed(thrown: unknown, name: RegExp): boolean {
  return thrown instanceof Error && name.test(thrown.name);
}
