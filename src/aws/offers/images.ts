/** Images that instances can start from: the account's own, and those of Amazon and Canonical that people begin with. */
import type { Image } from "@aws-sdk/client-ec2";
import type { ImageInfo, ImageQuery } from "../../offers/offers.ts";
import type { Ec2 } from "../services/ec2.ts";
import { everyPage } from "./every-page.ts";

/** Canonical, who makes Ubuntu. */
const CANONICAL = "099720109477";

/** Of the tens of thousands of public images: Amazon Linux, what ECS and so Batch run on, and Ubuntu's servers. */
const PUBLIC = {
  Owners: ["amazon", CANONICAL],
  names: [
    "al2023-ami-2023.*",
    "al2023-ami-ecs-hvm-*",
    "al2023-ami-ecs-gpu-hvm-*",
    "amzn2-ami-ecs-hvm-*",
    "amzn2-ami-ecs-gpu-hvm-*",
    "ubuntu/images/hvm-ssd*/ubuntu-*-22.04-*-server-*",
    "ubuntu/images/hvm-ssd*/ubuntu-*-24.04-*-server-*",
  ],
};

const IMAGES_A_PAGE = 1000;

/** The latest first. */
export async function readImages(ec2: Ec2, { own, text = "" }: ImageQuery): Promise<readonly ImageInfo[]> {
  const available = { Name: "state", Values: ["available"] };
  const [mine, others] = await Promise.all([
    everyPage((NextToken) =>
      ec2.describeImages({ Owners: ["self"], Filters: [available], MaxResults: IMAGES_A_PAGE, NextToken }),
    ),
    own
      ? []
      : everyPage((NextToken) =>
          ec2.describeImages({
            Owners: PUBLIC.Owners,
            Filters: [available, { Name: "name", Values: PUBLIC.names }],
            MaxResults: IMAGES_A_PAGE,
            NextToken,
          }),
        ),
  ]);
  const wanted = text.toLowerCase();
  const found = [
    ...mine.flatMap(({ Images = [] }) => Images).map((image) => imageOf(image, "self")),
    ...others.flatMap(({ Images = [] }) => Images).map((image) => imageOf(image, ownerOf(image))),
  ];
  return found
    .filter((image) => image !== undefined)
    .filter(({ id, name, description }) => `${id} ${name} ${description}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
}

function imageOf(image: Image, owner: string): ImageInfo | undefined {
  const { ImageId: id, Name: name = "", Description: description = "", Architecture, CreationDate = "" } = image;
  if (id === undefined || (Architecture !== "x86_64" && Architecture !== "arm64")) return undefined;
  return { id, name, description, architecture: Architecture, created: CreationDate, owner };
}

function ownerOf({ ImageOwnerAlias, OwnerId = "" }: Image): string {
  return OwnerId === CANONICAL ? "canonical" : (ImageOwnerAlias ?? OwnerId);
}
