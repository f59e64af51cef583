import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it } from "vitest";
import { failureStatus } from "../../../../local/plugins/protocol/failure-status.ts";
import { secret } from "../../../../local/plugins/protocol/property-value.ts";

const like = (properties: Record<string, structProto.JavaScriptValue>) =>
  structProto.Struct.fromJavaScript(properties);

describe("the message of a failure", () => {
  it("passes through", () => {
    expect(failureStatus(new Error("spec.replicas: must not be negative")).details).toBe(
      "spec.replicas: must not be negative",
    );
  });

  it("does not show the secrets of the request, plain or as base64", () => {
    const error = new Error('Invalid value: "hunter2" (aHVudGVyMg==)');

    expect(failureStatus(error, like({ data: secret({ password: "hunter2" }) })).details).toBe(
      'Invalid value: "[secret]" ([secret])',
    );
  });

  it("is not blotted out by a secret of a few characters", () => {
    expect(failureStatus(new Error("it is on"), like({ a: secret("on") })).details).toBe("it is on");
  });

  it("is made of whatever was thrown", () => {
    expect(failureStatus("plain text").details).toBe("plain text");
  });
});
