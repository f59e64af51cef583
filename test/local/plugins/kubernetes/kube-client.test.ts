import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { KubeClient } from "../../../../local/plugins/kubernetes/kube-client.ts";
import { isUnreachable } from "../../../../local/plugins/kubernetes/kube-error.ts";
import type { ClusterAccess } from "../../../../local/plugins/kubernetes/kubeconfig.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An API server that gives the answers in order, the last one for ever. */
async function serverAnswering(...answers: Answer[]) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

const accessTo = (server: string, user: ClusterAccess["user"] = {}): ClusterAccess => ({
  contextName: "test",
  server: new URL(server),
  namespace: "default",
  tls: { rejectUnauthorized: true },
  user,
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const drop: Answer = (response) => {
  response.destroy();
};
const silence: Answer = () => undefined;
const get = { method: "GET", path: "/api/v1/namespaces/a/pods" } as const;

describe("a request to an API server", () => {
  it.each([
    ["a lost connection", drop],
    ["overload (429)", json(429, { message: "too many requests" }, { "retry-after": "0" })],
    ["a server fault (500)", json(500, { message: "etcd is electing" })],
    ["an unready server (503)", json(503, { message: "starting" })],
  ])("is repeated after %s", async (_, failure) => {
    const { url, requests } = await serverAnswering(failure, json(200, { kind: "PodList" }));

    await expect(new KubeClient(accessTo(url)).request(get)).resolves.toEqual({ kind: "PodList" });
    expect(requests).toHaveLength(2);
  });

  it("is repeated when it changes something, because all changes may be repeated", async () => {
    const { url, requests } = await serverAnswering(drop, json(200, {}));
    await new KubeClient(accessTo(url)).request({ ...get, method: "PATCH", body: { a: 1 } });

    expect(requests).toEqual(["PATCH /api/v1/namespaces/a/pods", "PATCH /api/v1/namespaces/a/pods"]);
  });

  it("gives up after five attempts, with what the server said", async () => {
    const { url, requests } = await serverAnswering(json(500, { message: "etcd is gone" }));
    const failure = new KubeClient(accessTo(url)).request(get);

    await expect(failure).rejects.toMatchObject({ message: "etcd is gone", status: 500, kind: "refused" });
    expect(requests).toHaveLength(5);
  });

  it("is not repeated when the server refuses it", async () => {
    const { url, requests } = await serverAnswering(json(403, { message: "no" }));

    await expect(new KubeClient(accessTo(url)).request(get)).rejects.toMatchObject({ status: 403 });
    expect(requests).toHaveLength(1);
  });

  it("names server, context and cause when nobody answers", async () => {
    const failure = await new KubeClient(accessTo("http://127.0.0.1:1"))
      .request(get)
      .catch((error: unknown) => error);

    expect(isUnreachable(failure)).toBe(true);
    expect((failure as Error).message).toBe(
      "cannot reach the Kubernetes API server http://127.0.0.1:1 (context test): connect ECONNREFUSED 127.0.0.1:1",
    );
  });

  it("does not wait for ever for an answer", async () => {
    const { url } = await serverAnswering(silence);
    const failure = new KubeClient(accessTo(url), 100).request(get);

    await expect(failure).rejects.toMatchObject({ kind: "unreachable" });
  });

  it("passes the fields on that the server objects to", async () => {
    const details = { causes: [{ field: "spec.selector", message: "field is immutable" }] };
    const { url } = await serverAnswering(json(422, { message: "invalid", details }));

    await expect(new KubeClient(accessTo(url)).request(get)).rejects.toMatchObject({
      fields: ["spec.selector"],
    });
  });

  it("quotes an answer that is no Kubernetes status", async () => {
    const { url } = await serverAnswering((response) => {
      response.writeHead(404).end("page not found");
    });

    await expect(new KubeClient(accessTo(url)).request(get)).rejects.toThrow(
      "the Kubernetes API server answered 404: page not found",
    );
  });

  it("hands on the server's warnings", async () => {
    const warning = '299 - "would violate \\"restricted\\"", 299 - "deprecated"';
    const { url } = await serverAnswering(json(200, {}, { warning }));
    const warnings: string[] = [];
    await new KubeClient(accessTo(url)).request({ ...get, onWarning: (text) => warnings.push(text) });

    expect(warnings).toEqual(['would violate "restricted"', "deprecated"]);
  });

  it("drops members that are null, which stand for empty lists", async () => {
    const { url } = await serverAnswering(json(200, { status: { conditions: null }, args: [null, "a"] }));

    await expect(new KubeClient(accessTo(url)).request(get)).resolves.toEqual({
      status: {},
      args: [null, "a"],
    });
  });

  it.each([
    ["a token", { token: "t0" }, "Bearer t0"],
    ["a password", { username: "u", password: "p" }, "Basic dTpw"],
    [
      "a credential plugin",
      {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: process.execPath,
          args: ["-e", 'console.log(JSON.stringify({ status: { token: "from-plugin" } }))'],
        },
      },
      "Bearer from-plugin",
    ],
  ])("identifies its user by %s", async (_, user, expected) => {
    let authorization: string | undefined;
    const { url } = await serverAnswering((response, request) => {
      ({ authorization } = request.headers);
      json(200, {})(response, request);
    });
    await new KubeClient(accessTo(url, user)).request(get);

    expect(authorization).toBe(expected);
  });
});

describe("discovery", () => {
  const apps = {
    resources: [
      { name: "deployments", kind: "Deployment", namespaced: true },
      { name: "deployments/status", kind: "Deployment", namespaced: true },
    ],
  };

  it("asks once for a group, and tells how each of its kinds is served", async () => {
    const { url, requests } = await serverAnswering(json(200, apps));
    const client = new KubeClient(accessTo(url));

    expect(await client.resourceOf("apps/v1", "Deployment")).toEqual({
      plural: "deployments",
      namespaced: true,
    });
    expect(await client.resourceOf("apps/v1", "Deployment")).toEqual({
      plural: "deployments",
      namespaced: true,
    });
    expect(requests).toEqual(["GET /apis/apps/v1"]);
  });

  it("asks again for a kind that was not served", async () => {
    const { url } = await serverAnswering(json(404, {}), json(200, apps));
    const client = new KubeClient(accessTo(url));

    expect(await client.resourceOf("apps/v1", "Deployment")).toBeUndefined();
    expect(await client.resourceOf("apps/v1", "Deployment")).toBeDefined();
  });
});
