import { describe, expect, it } from "vitest";
import {
  applyCall,
  asChosen,
  identityOf,
  planCall,
  requestOf,
  titleOf,
  type PlanRequest,
} from "../src/plan/request";

const manage: PlanRequest = {
  kind: "change",
  params: { root: "file:///d", action: "manage", packages: ["vim", "zsh"] },
};
const undo: PlanRequest = { kind: "undo", params: { root: "file:///d", transaction: 7 } };

describe("a plan's title", () => {
  it.each<[PlanRequest, string]>([
    [manage, "manage vim zsh"],
    [undo, "undo 7"],
    [
      { kind: "unlink", params: { root: "file:///d", path: "file:///h/.vimrc" } },
      "unlink /h/.vimrc",
    ],
    [
      {
        kind: "resolve",
        params: { root: "file:///d", path: "file:///h/a", label: "~/a", policy: "backup" },
      },
      "back up ~/a",
    ],
    [
      {
        kind: "change",
        params: {
          root: "file:///d",
          action: "manage",
          packages: ["a", "b", "c", "d", "e", "f", "g"],
        },
      },
      "manage a b c d e and 2 more",
    ],
    [
      { kind: "change", params: { root: "file:///d", action: "manage" } },
      "manage the default profile",
    ],
    [
      { kind: "change", params: { root: "file:///d", action: "manage", profile: "work" } },
      "manage profile work",
    ],
    [
      {
        kind: "change",
        params: {
          root: "file:///d",
          action: "adopt",
          packages: ["zsh"],
          paths: ["file:///h/.zsh%20rc", "file:///h/caf%E9"],
        },
      },
      "adopt .zsh rc caf%E9 into zsh",
    ],
  ])("%#", (request, expected) => {
    expect(titleOf(request)).toBe(expected);
  });
});

describe("a plan and its application", () => {
  it("ask for the same, the latter with the digest of what was shown", () => {
    const { method, params } = planCall(manage);
    expect(method).toBe("dotstream/plan");
    const apply = { method: "dotstream/apply", params: { ...params, digest: "d1" } };
    expect(applyCall(manage, "d1", [])).toEqual(apply);
    const omit = ["file:///h/a"];
    expect(applyCall(manage, "d1", omit)).toMatchObject({ params: { omit } });
  });

  it.each<PlanRequest>([
    undo,
    { kind: "unlink", params: { root: "file:///d", path: "file:///h/a" } },
    { kind: "resolve", params: { root: "file:///d", path: "file:///h/a", policy: "backup" } },
  ])("of %o differ in dryRun", (request) => {
    const method = `dotstream/${request.kind}`;
    const { params } = request;
    expect(planCall(request)).toEqual({ method, params: { ...params, dryRun: true } });
    expect(applyCall(request, "d1", [])).toEqual({ method, params: { ...params, digest: "d1" } });
  });
});

describe("choices", () => {
  it("win over the settings, and those for single files over that for all", () => {
    const set = { onConflict: "backup", folding: "never" } as const;
    const single = { "file:///h/a": "adopt" } as const;
    const none = { all: undefined, single: {} };
    expect(asChosen(manage, set, none).params.options).toEqual(set);
    expect(asChosen(manage, set, { all: "skip", single }).params.options).toEqual({
      onConflict: "skip",
      folding: "never",
      resolutions: single,
    });
    expect(asChosen(undo, set, none)).toBe(undo);
  });

  it("are not in what an earlier window has left of a plan", () => {
    const chosen = asChosen(manage, {}, { all: "skip", single: {} });
    expect(requestOf(identityOf(chosen))).toEqual(manage);
    expect(requestOf("{")).toBeUndefined();
  });

  it("do not make it another plan", () => {
    expect(identityOf(asChosen(manage, {}, { all: "skip", single: {} }))).toBe(identityOf(manage));
    expect(identityOf(undo)).not.toBe(identityOf(manage));
  });
});
