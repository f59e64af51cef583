import { expect, test } from "vitest";
import { nearest } from "../../../components/config/nearest.ts";

const KEYS = ["minReplicas", "maxReplicas", "requests", "limits"];

test.each([
  ["minReplica", "minReplicas"],
  ["MINREPLICAS", "minReplicas"],
  ["maxReplcas", "maxReplicas"],
  ["reqests", "requests"],
  ["limit", "limits"],
])("%s is meant as %s", (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});

test("a word that resembles nothing is taken for nothing", () => {
  expect(nearest("frobnicate", KEYS)).toBeUndefined();
});

test("nothing resembles a word when there are no candidates", () => {
  expect(nearest("limits", [])).toBeUndefined();
});
