import { createHash } from "node:crypto";
import type { PropertyMap } from "../protocol/property-value.ts";

/** Stands for an account that nobody can have. */
export const ACCOUNT = "000000000000";
export const DEFAULT_REGION = "us-east-1";

/** What invented ids and ARNs are made from. */
export interface Subject {
  readonly urn: string;
  readonly inputs: PropertyMap;
  readonly region: string;
}

/** An id and further outputs that look like those of AWS. */
export interface Invention {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** `length` hexadecimal digits (at most 64), always the same for one resource. */
export function digits(urn: string, length: number): string {
  return createHash("sha256").update(urn).digest("hex").slice(0, length);
}

/** `length` digits and capital letters (at most 32), always the same for one resource. */
export function capitals(urn: string, length: number): string {
  const bytes = createHash("sha256").update(urn).digest();
  return Array.from(bytes.subarray(0, length), (byte) => (byte % 36).toString(36).toUpperCase()).join("");
}

/** A UUID of version 4 in form, always the same for one resource. */
export function uuid(urn: string): string {
  const hex = digits(urn, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/** ARN of a regional service. */
export function regionalArn(service: string, region: string, resource: string): string {
  return `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
}

/** ARN of IAM, which has no regions. */
export function iamArn(resource: string): string {
  return `arn:aws:iam::${ACCOUNT}:${resource}`;
}

/** An input as text; empty when it is not given. */
export function input(subject: Subject, name: string): string {
  const value = subject.inputs[name];
  return value === undefined || value === null ? "" : String(value);
}
