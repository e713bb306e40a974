import { describe, expect, test } from "vitest";
import { entriesOf, stemOf } from "../../src/compile/batch/batch-revisions.ts";
import { keepFormerBatch } from "../../src/compile/batch/former-batch.ts";
import { isJsonObject, type JsonObject } from "../../src/json.ts";
import { compileFiles, lambdaTask } from "./compile-project.ts";

/** A service with a Batch environment, which starts instances where cirrus.yml says. */
function compiled(batch: string, more: Readonly<Record<string, string>> = {}) {
  const { resources } = compileFiles({
    "cirrus.yml": `service: test\nprovider:\n  name: aws\n  runtime: nodejs24.x\ncustom:\n  batch:\n${batch.replace(/^(?=.)/gm, "    ")}`,
    "cloudformation/environment.yml": ENVIRONMENT,
    "cloudformation/network.yml": NETWORK,
    ...more,
  });
  return resources;
}

const ENVIRONMENT = `
Resources:
  Environment:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ComputeResources:
        Type: EC2
        MaxvCpus: 4
        SecurityGroupIds: \${self:custom.batch.SecurityGroupIds}
        Subnets: \${self:custom.batch.Subnets}
  Queue:
    Type: AWS::Batch::JobQueue
    Properties:
      Priority: 1
      ComputeEnvironmentOrder: [{Order: 1, ComputeEnvironment: !Ref Environment}]
`;

const NETWORK = `
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Metadata: &network {cirrus: {onlyWith: network}}
    Properties: {CidrBlock: 10.0.0.0/16}
  Gateway:
    Type: AWS::EC2::InternetGateway
    Metadata: *network
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Metadata: *network
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Table:
    Type: AWS::EC2::RouteTable
    Metadata: *network
    Properties: {VpcId: !Ref Vpc}
  Route:
    Type: AWS::EC2::Route
    Metadata: *network
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Metadata: *network
    Properties: {VpcId: !Ref Vpc, ServiceName: com.amazonaws.us-west-2.s3, RouteTableIds: [!Ref Table]}
  Subnet:
    Type: AWS::EC2::Subnet
    Metadata: *network
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/17}
  Routes:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Metadata: *network
    Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}
  Group:
    Type: AWS::EC2::SecurityGroup
    Metadata: *network
    Properties: {GroupDescription: Of a test, VpcId: !Ref Vpc}
`;

const OF_THE_STACK = 'SecurityGroupIds: ["#{Group.GroupId}"]\nSubnets: ["#{Subnet}"]\n';
const OF_THE_ACCOUNT = "SecurityGroupIds: [sg-1]\nSubnets: [subnet-1]\n";
const PARTS = ["Attachment", "Endpoint", "Gateway", "Group", "Route", "Routes", "Subnet", "Table", "Vpc"];

/** The parts of the network, by the names that people wrote. */
function networkOf(template: JsonObject): readonly string[] {
  const stems = entriesOf(template.Resources).map(([id, resource]) => stemOf(id, resource));
  return PARTS.filter((part) => stems.includes(part));
}

describe("the network of a stack", () => {
  test("is there, whole, where an environment uses it", () => {
    expect(networkOf(compiled(OF_THE_STACK))).toEqual(PARTS);
  });

  test("is not there where environments use another", () => {
    expect(networkOf(compiled(OF_THE_ACCOUNT))).toEqual([]);
  });

  test("is there for whatever else uses it: an output, a Lambda", () => {
    const output = { "cloudformation/more.yml": "Outputs:\n  Vpc:\n    Value: !Ref Vpc\n" };
    expect(networkOf(compiled(OF_THE_ACCOUNT, output))).toEqual(PARTS);
    const vpc = "vpc:\n  securityGroupIds: [!GetAtt Group.GroupId]\n  subnetIds: [!Ref Subnet]";
    expect(networkOf(compiled(OF_THE_ACCOUNT, lambdaTask("inside", vpc)))).toEqual(PARTS);
  });

  test("stays, whole, for the jobs of a former environment when the project moves to another", () => {
    const before = compiled(OF_THE_STACK);
    const { template } = keepFormerBatch(compiled(OF_THE_ACCOUNT), before, new Set());
    expect(networkOf(template)).toEqual(PARTS);
    const { Resources } = template;
    for (const [id, resource] of entriesOf(before.Resources)) {
      expect(isJsonObject(Resources) && Resources[id], id).toEqual(resource);
    }
  });
});
