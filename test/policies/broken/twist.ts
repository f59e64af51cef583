import * as pulumi from "@pulumi/pulumi";

/** The inputs of a resource as a broken stack edits them: whatever an object of Kubernetes may hold. */
// biome-ignore lint/suspicious/noExplicitAny: manifests of every kind are edited in place, and a wrong path fails the preview
type Inputs = any;

/**
 * Edits the inputs of every resource of one type, as a careless change of the program would. To be called before the
 * program is imported.
 * @param type such as `kubernetes:apps/v1:Deployment`
 * @param name a part of the names of the resources that it is about. Default: all
 */
export function twist(type: string, edit: (inputs: Inputs) => void, name = ""): void {
  pulumi.runtime.registerStackTransformation((resource) => {
    if (resource.type !== type || !resource.name.includes(name)) return undefined;
    const edited = pulumi.output(resource.props).apply((known: Inputs) => {
      const copy = structuredClone(known);
      edit(copy);
      return copy;
    });
    const props = Object.keys(resource.props).map((key) => [key, edited.apply((copy) => copy[key])]);
    return { props: Object.fromEntries(props), opts: resource.opts };
  });
}

/** Runs the program of this repository, with everything that was twisted before. */
export function runProgram(): Promise<typeof import("../../../index.ts")> {
  return import("../../../index.ts");
}
