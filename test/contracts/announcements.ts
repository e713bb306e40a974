/** What all Announcements must do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Announcement, Announcements, Topic } from "../../src/events/announcements.ts";

export interface AnnouncementsUnderTest {
  readonly announcements: Announcements;
  /** What subscribers of the topic received, in any order. */
  received(topic: Topic): Promise<readonly Pick<Announcement, "body" | "attributes">[]>;
  close(): Promise<void> | void;
}

export function describeAnnouncements(
  name: string,
  make: () => Promise<AnnouncementsUnderTest> | AnnouncementsUnderTest,
): void {
  let under: AnnouncementsUnderTest;
  beforeEach(async () => {
    under = await make();
  });
  afterEach(() => under.close());

  describe(`${name} as Announcements`, () => {
    test("announcements reach the subscribers of their topic, with text and number attributes", async () => {
      const event = announcement("1", {
        attributes: { status: { type: "String", value: "succeeded" }, cover: { type: "Number", value: 12.5 } },
      });
      const item = announcement("2", { topic: "publish" });
      expect(await under.announcements.publish([event, item])).toEqual([
        { id: "1", outcome: "sent" },
        { id: "2", outcome: "sent" },
      ]);
      expect(await under.received("workflow-event")).toMatchObject([
        { body: event.body, attributes: event.attributes },
      ]);
      expect(await under.received("publish")).toMatchObject([{ body: item.body, attributes: {} }]);
    });

    test("an announcement that no topic takes is refused for good, and its neighbours are sent", async () => {
      const attributes = Array.from({ length: 11 }, (_, i) => [`a${i}`, { type: "Number", value: i } as const]);
      const outcomes = await under.announcements.publish([
        announcement("many", { attributes: Object.fromEntries(attributes) }),
        announcement("good"),
        announcement("empty", { attributes: { status: { type: "String", value: "" } } }),
        announcement("large", { body: "ü".repeat(131_073) }),
      ]);
      expect(outcomes.map(({ id, outcome }) => [id, outcome])).toEqual([
        ["many", "failed"],
        ["good", "sent"],
        ["empty", "failed"],
        ["large", "failed"],
      ]);
      for (const outcome of outcomes) if (outcome.outcome === "failed") expect(outcome.transient).toBe(false);
      expect(await under.received("workflow-event")).toHaveLength(1);
    });

    test("more announcements than one request of SNS holds are sent all", async () => {
      const many = Array.from({ length: 23 }, (_, i) => announcement(`${i}`));
      const outcomes = await under.announcements.publish(many);
      expect(outcomes).toEqual(many.map(({ id }) => ({ id, outcome: "sent" })));
      const bodies = (await under.received("workflow-event")).map(({ body }) => body);
      expect(bodies.sort()).toEqual(many.map(({ body }) => body).sort());
    });
  });
}

export function announcement(id: string, more: Partial<Announcement> = {}): Announcement {
  return { topic: "workflow-event", id, body: JSON.stringify({ id }), attributes: {}, ...more };
}
