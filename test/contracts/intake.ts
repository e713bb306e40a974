/** What every Intake must do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Intake } from "../../src/events/intake.ts";

export interface IntakeUnderTest {
  readonly intake: Intake;
  /** The bodies as `process` receives them: with SNS's envelope around each. */
  received(): Promise<readonly string[]>;
  close(): Promise<void> | void;
}

export function describeIntake(name: string, makeIntake: () => Promise<IntakeUnderTest> | IntakeUnderTest): void {
  let under: IntakeUnderTest;
  beforeEach(async () => {
    under = await makeIntake();
  });
  afterEach(() => under.close());

  const messages = async () => (await under.received()).map((body) => JSON.parse(body).Message).sort();

  describe(`${name} as an Intake`, () => {
    test("every message gets its own outcome, in order, and arrives in SNS's envelope", async () => {
      const outcomes = await under.intake.send([
        { id: "1", body: '{"a":1}' },
        { id: "2", body: '{"b":"ü"}' },
      ]);
      expect(outcomes).toMatchObject([
        { id: "1", outcome: "sent" },
        { id: "2", outcome: "sent" },
      ]);
      const received = (await under.received()).map((body) => JSON.parse(body));
      expect(received.map(({ Message }) => Message)).toEqual(['{"a":1}', '{"b":"ü"}']);
      for (const envelope of received) {
        expect(envelope).toMatchObject({
          Type: "Notification",
          MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          TopicArn: expect.stringMatching(/^arn:aws:sns:/),
          Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        });
      }
    });

    test("more messages than one request of SNS holds are sent all", async () => {
      const many = Array.from({ length: 25 }, (_, i) => ({ id: `${i}`, body: `{"i":${i}}` }));
      expect((await under.intake.send(many)).map(({ id, outcome }) => [id, outcome])).toEqual(
        many.map(({ id }) => [id, "sent"]),
      );
      expect(await messages()).toEqual(many.map(({ body }) => body).sort());
    });

    test("a message that is too large is refused for good with advice, and its neighbours are sent", async () => {
      const most = JSON.stringify("x".repeat(262_144 - 2));
      const [first, second, third] = await under.intake.send([
        { id: "small", body: "{}" },
        { id: "large", body: JSON.stringify("ü".repeat(131_072)) },
        { id: "most", body: most },
      ]);
      expect(first).toMatchObject({ id: "small", outcome: "sent" });
      expect(second).toMatchObject({ id: "large", outcome: "failed", transient: false });
      expect(second?.outcome === "failed" && second.message).toMatch(/262144.*"url"/);
      expect(third).toMatchObject({ id: "most", outcome: "sent" });
      expect(await messages()).toEqual([most, "{}"].sort());
    });

    test("nothing is sent for nothing", async () => {
      expect(await under.intake.send([])).toEqual([]);
      expect(await under.received()).toEqual([]);
    });
  });
}
