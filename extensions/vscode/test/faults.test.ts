import { describe, expect, it } from "vitest";
import { faultOf } from "../src/protocol/faults";

describe("an error answer", () => {
  it("of a stale plan offers to plan again", () => {
    const fault = faultOf({
      code: -32801,
      message: "the plan is another",
      data: { kind: "stale_plan" },
    });
    expect(fault).toEqual({
      message: "The plan is another",
      remedies: ["refresh"],
      cancelled: false,
      outdated: true,
      gone: false,
    });
  });

  it("of a wrong configuration leads to the place", () => {
    const data = { kind: "config", path: "file:///d/dotstream.toml", line: 2, column: 5 };
    expect(faultOf({ code: -32602, message: "unknown key", data })).toMatchObject({
      remedies: ["configuration"],
      path: "file:///d/dotstream.toml",
      line: 2,
      column: 5,
    });
  });

  it("of a wrong configuration says first what is wrong", () => {
    const data = { kind: "config", path: "file:///home/me/d/dotstream.toml", line: 3, column: 9 };
    const message = "/home/me/d/dotstream.toml:3:9: target must be a string";
    expect(faultOf({ code: -32602, message, data }).message).toBe(
      "Target must be a string (dotstream.toml, line 3)",
    );
  });

  it("to a cancelled request is no failure", () => {
    expect(faultOf({ code: -32800, message: "cancelled" }).cancelled).toBe(true);
  });

  it("that does not come says so, and that there is no server to ask again", () => {
    const rejected = faultOf({ code: -32097, message: "Pending response rejected since …" });
    expect(rejected).toMatchObject({ message: "The server ended meanwhile.", gone: true });
    expect(faultOf({ code: -32096, message: "Why" })).toMatchObject({ message: "Why", gone: true });
  });

  it("of an older server says what to do", () => {
    const { message } = faultOf({ code: -32601, message: "no such method" });
    expect(message).toContain("Bring it up to date, or remove it");
  });

  it.each([new Error("pipe closed"), "pipe closed", undefined])("that is none: %s", (error) => {
    expect(faultOf(error).remedies).toEqual(["log"]);
  });
});
