import type { z } from "zod";
import { changedMembers } from "../protocol/property-change.ts";
import {
  containsUnknown,
  mapMembers,
  type PropertyMap,
  secret,
  UNKNOWN,
} from "../protocol/property-value.ts";
import type { CheckFailure, ProviderPlugin } from "../protocol/provider-plugin.ts";
import { randomId } from "./random-id.ts";
import { randomPet } from "./random-pet.ts";
import type { RandomResource } from "./random-resource.ts";
import { randomPassword, randomString } from "./random-string.ts";
import { randomUuid } from "./random-uuid.ts";

const RESOURCES: Readonly<Record<string, RandomResource>> = {
  "random:index/randomId:RandomId": randomId,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomPet:RandomPet": randomPet,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomUuid:RandomUuid": randomUuid,
};

/** The provider of random values: drawn when a resource is made, kept in the state, drawn anew when an input changes. */
export function createRandomProvider(): ProviderPlugin {
  return {
    configure: () => undefined,
    check: ({ type, inputs }) => ({ inputs, failures: checkInputs(resourceOf(type), inputs) }),
    diff: ({ type, oldInputs, inputs }) => {
      const { schema } = resourceOf(type);
      // With defaults on both sides, so that writing out a default draws nothing anew.
      const changes = changedMembers(withDefaults(schema, oldInputs), withDefaults(schema, inputs));
      return { changes: changes.map((change) => ({ ...change, replace: true })) };
    },
    create: ({ type, inputs, preview }) => {
      const resource = resourceOf(type);
      const known = withDefaults(resource.schema, inputs);
      if (preview) return { id: "", outputs: { ...known, ...unknownOutputs(resource) } };
      const { id, outputs } = resource.draw(inputs);
      return { id, outputs: { ...known, ...hideSecrets(resource, outputs) } };
    },
    update: ({ type }) => {
      throw new Error(`${type}: every change draws a new value, so there is nothing to update`);
    },
    read: ({ type, id, oldInputs, oldOutputs }) => {
      const resource = resourceOf(type);
      if (Object.keys(oldOutputs).length === 0) return importValue(type, resource, id);
      return { id, inputs: oldInputs, outputs: hideSecrets(resource, oldOutputs) };
    },
    delete: () => undefined,
    cancel: () => undefined,
  };
}

function resourceOf(type: string): RandomResource {
  const resource = RESOURCES[type];
  if (resource !== undefined) return resource;
  throw new Error(
    `${type} is not offered by the embedded random provider; it has ${names()}. Use one of these or the official provider.`,
  );
}

function names(): string {
  return Object.keys(RESOURCES)
    .map((token) => token.split(":").at(-1))
    .join(", ");
}

function checkInputs({ schema }: RandomResource, inputs: PropertyMap): CheckFailure[] {
  const { known, unknown } = splitUnknown(inputs);
  const issues = schema.safeParse(known).error?.issues ?? [];
  return issues
    .map(({ path, message }) => ({ property: path.join("."), reason: message }))
    .filter(({ property }) => !(property in unknown));
}

/** Inputs with their defaults; as they are while something in them is unknown or wrong. */
function withDefaults(schema: z.ZodType<PropertyMap>, inputs: PropertyMap): PropertyMap {
  const { known, unknown } = splitUnknown(inputs);
  const { data } = schema.safeParse(known);
  return data === undefined ? inputs : { ...data, ...unknown };
}

function splitUnknown(inputs: PropertyMap): { known: PropertyMap; unknown: PropertyMap } {
  const members = Object.entries(inputs);
  return {
    known: Object.fromEntries(members.filter(([, value]) => !containsUnknown(value))),
    unknown: Object.fromEntries(members.filter(([, value]) => containsUnknown(value))),
  };
}

function unknownOutputs({ drawnOutputs }: RandomResource): PropertyMap {
  return Object.fromEntries(drawnOutputs.map((name) => [name, UNKNOWN]));
}

function hideSecrets({ secretOutputs = [] }: RandomResource, outputs: PropertyMap): PropertyMap {
  return mapMembers(outputs, (value, name) => (secretOutputs.includes(name) ? secret(value) : value));
}

function importValue(type: string, resource: RandomResource, importId: string) {
  if (resource.adopt === undefined)
    throw new Error(`${type} cannot be imported; let the program make a new one.`);
  const adopted = resource.adopt(importId);
  if (adopted === undefined)
    throw new Error(`${type}: the id to import is not a value of this kind; give the value itself.`);
  const { id, inputs, outputs } = adopted;
  return {
    id,
    inputs,
    outputs: { ...withDefaults(resource.schema, inputs), ...hideSecrets(resource, outputs) },
  };
}
