import { describe, expect, it } from "vitest";
import { Flow } from "../src/plan/flow";

function flow(window: number) {
  const sent: number[] = [];
  return { sent, flow: new Flow(window, (seq) => sent.push(seq)) };
}

describe("flow control", () => {
  it("acknowledges the batches of which all rows are shown, and only once", () => {
    const { sent, flow: reader } = flow(4);
    reader.receive(1, 100);
    reader.receive(2, 200);
    reader.receive(3, 300);
    expect(sent).toEqual([]);
    reader.shown(250);
    reader.shown(250);
    expect(sent).toEqual([2]);
    reader.shown(300);
    expect(sent).toEqual([2, 3]);
  });

  it("acknowledges rows that are not shown at every quarter of a window", () => {
    const { sent, flow: reader } = flow(8);
    for (let seq = 1; seq <= 10; seq += 1) {
      reader.receive(seq, 5);
      reader.shown(5);
    }
    expect(sent).toEqual([2, 4, 6, 8, 10]);
  });

  it.each([1, 2, 3, 64])("never lets a window of %i run full", (window) => {
    const { sent, flow: reader } = flow(window);
    for (let seq = 1; seq <= 1000; seq += 1) {
      reader.receive(seq, seq);
      reader.shown(seq);
      expect(seq - (sent.at(-1) ?? 0)).toBeLessThan(Math.max(window, 1));
    }
  });

  it("is not confused by a batch that comes late", () => {
    const { sent, flow: reader } = flow(4);
    reader.receive(3, 30);
    reader.receive(2, 40);
    reader.shown(40);
    expect(sent).toEqual([3]);
  });
});
