import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Kubectl, KubectlError } from "../../../local/region/kubectl.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kubectl-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** kubectl whose program is this shell script; arguments and standard input are kept in the folder. */
async function kubectlDoing(script: string): Promise<Kubectl> {
  const program = path.join(folder, "kubectl");
  const keep = `printf '%s\\n' "$@" > '${folder}/arguments'; cat > '${folder}/input'`;
  await writeFile(program, `#!/bin/sh\n${keep}\n${script}\n`, { mode: 0o755 });
  return new Kubectl({ kubectl: program, kubeconfig: "/state/kubeconfig.yaml", context: "region-a" });
}

const givenArguments = async () =>
  (await readFile(path.join(folder, "arguments"), "utf8")).trim().split("\n");
const givenInput = () => readFile(path.join(folder, "input"), "utf8");

const TARGET = [
  ...["--kubeconfig", "/state/kubeconfig.yaml", "--context", "region-a"],
  ...["--cache-dir", "/state/kubectl-cache"],
];

describe("a call of kubectl", () => {
  it("names kubeconfig, context and cache, so that nothing of the user's is read or written", async () => {
    await (await kubectlDoing("")).run(["get", "nodes"]);

    expect(await givenArguments()).toEqual([...TARGET, "get", "nodes"]);
  });

  it("is limited to a namespace and a time where the caller says so", async () => {
    await (await kubectlDoing("")).run(["get", "pods"], { namespace: "agents", timeoutSeconds: 5 });

    expect(await givenArguments()).toEqual([
      ...TARGET,
      ...["--request-timeout", "5s", "--namespace", "agents", "get", "pods"],
    ]);
  });

  it("fails with what the server says, the call and the context", async () => {
    const kubectl = await kubectlDoing('echo "Unauthorized" >&2; exit 1');

    await expect(kubectl.run(["get", "nodes"])).rejects.toThrow(
      "kubectl get nodes (context region-a) failed: Unauthorized",
    );
  });

  it("tells what is not found from what is refused", async () => {
    const missing = await kubectlDoing('echo "Error from server (NotFound): no such node" >&2; exit 1');
    await expect(missing.getJson("node", "one")).rejects.toMatchObject({ isNotFound: true });

    const refused = await kubectlDoing('echo "Error from server (Forbidden): no" >&2; exit 1');
    await expect(refused.getJson("node", "one")).rejects.toMatchObject({ isNotFound: false });
  });

  it("says so when there is no such program", async () => {
    const kubectl = new Kubectl({ kubectl: "/nonexistent/kubectl", kubeconfig: "none", context: "region-a" });

    await expect(kubectl.run(["get", "nodes"])).rejects.toThrow(/context region-a\) failed: .*ENOENT/);
    await expect(kubectl.run(["get", "nodes"])).rejects.toBeInstanceOf(KubectlError);
  });

  it("ends with the signal, and with its reason", async () => {
    const kubectl = await kubectlDoing("exec sleep 60");
    const controller = new AbortController();

    const call = kubectl.run(["wait"], { signal: controller.signal });
    await expect.poll(() => givenInput().catch(() => undefined)).toBe("");
    const reason = new Error("Ctrl-C");
    controller.abort(reason);

    await expect(call).rejects.toBe(reason);
  });
});

describe("what kubectl returns", () => {
  it("is an object with what its kind has", async () => {
    const kubectl = await kubectlDoing(
      `echo '{"kind": "Node", "metadata": {"name": "one"}, "spec": {"a": 1}}'`,
    );

    expect(await kubectl.getJson("node", "one")).toEqual({
      kind: "Node",
      metadata: { name: "one" },
      spec: { a: 1 },
    });
    expect((await givenArguments()).slice(-5)).toEqual(["get", "node", "one", "-o", "json"]);
  });

  it("is every object of the cluster, unless a namespace is named", async () => {
    const kubectl = await kubectlDoing(`echo '{"items": [{"metadata": {"name": "one"}}]}'`);

    expect(await kubectl.listJson("pods")).toEqual([{ metadata: { name: "one" } }]);
    expect(await givenArguments()).toContain("--all-namespaces");
    await kubectl.listJson("pods", { namespace: "agents" });
    expect(await givenArguments()).not.toContain("--all-namespaces");
  });

  it("is refused when it is no object: nobody should go on with it", async () => {
    await expect((await kubectlDoing(`echo '{"metadata": {}}'`)).getJson("node", "one")).rejects.toThrow();
  });

  it("comes line by line while the command runs", async () => {
    const kubectl = await kubectlDoing("echo one; echo two");

    const seen: string[] = [];
    for await (const line of kubectl.lines(["logs"])) seen.push(line);

    expect(seen).toEqual(["one", "two"]);
  });

  it("fails after its lines when the command does", async () => {
    const kubectl = await kubectlDoing('echo one; echo "gone" >&2; exit 1');
    const seen: string[] = [];
    const read = async () => {
      for await (const line of kubectl.lines(["logs"])) seen.push(line);
    };

    await expect(read()).rejects.toThrow("kubectl logs (context region-a) failed: gone");
    expect(seen).toEqual(["one"]);
  });

  it("just ends with the signal", async () => {
    const kubectl = await kubectlDoing("echo one; exec sleep 60");
    const controller = new AbortController();
    const seen: string[] = [];

    for await (const line of kubectl.lines(["logs"], { signal: controller.signal })) {
      seen.push(line);
      controller.abort();
    }

    expect(seen).toEqual(["one"]);
  });
});

describe("what kubectl is given", () => {
  it("are objects as one list, over what others own of them", async () => {
    await (await kubectlDoing("")).apply([{ kind: "Namespace", metadata: { name: "agents" } }]);

    expect((await givenArguments()).slice(TARGET.length)).toEqual([
      ...["apply", "--server-side", "--force-conflicts", "--field-manager=claude-agents-local", "-f", "-"],
    ]);
    expect(JSON.parse(await givenInput())).toEqual({
      apiVersion: "v1",
      kind: "List",
      items: [{ kind: "Namespace", metadata: { name: "agents" } }],
    });
  });

  it("are names to delete, which may be gone by then", async () => {
    await (await kubectlDoing("")).delete("pods", ["one", "two"]);

    expect((await givenArguments()).slice(TARGET.length)).toEqual([
      ...["delete", "pods", "one", "two", "--ignore-not-found"],
    ]);
  });

  it("is nothing at all where there is nothing to delete: without names it would be everything", async () => {
    await (await kubectlDoing("")).delete("pods", []);

    await expect(givenArguments()).rejects.toThrow("ENOENT");
  });
});
