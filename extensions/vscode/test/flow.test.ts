import { describe, expect, it } from "vitest";
import { Flow } from "../src/plan/flow";

function flow(window: number) {
  const sent: number[] = [];
  return { sent, flow: new Flow(window, (seq) => sent.push(seq)) };
}

describe("flow control", () => {
  it("acknowledges at every quarter of a window", () => {
    const { sent, flow: reader } = flow(8);
    for (let seq = 1; seq <= 10; seq += 1) reader.received(seq);
    expect(sent).toEqual([2, 4, 6, 8, 10]);
  });

  it.each([1, 2, 3, 64])("never lets a window of %i run full", (window) => {
    const { sent, flow: reader } = flow(window);
    for (let seq = 1; seq <= 1000; seq += 1) {
      reader.received(seq);
      expect(seq - (sent.at(-1) ?? 0)).toBeLessThan(Math.max(window, 1));
    }
  });

  it("is not confused by a batch that comes late", () => {
    const { sent, flow: reader } = flow(4);
    reader.received(3);
    reader.received(2);
    expect(sent).toEqual([3]);
  });
});
