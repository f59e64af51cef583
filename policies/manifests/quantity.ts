const MULTIPLIERS: ReadonlyMap<string, number> = new Map([
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["E", 1e18],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/;

/**
 * The value of a Kubernetes quantity such as `500m`, `1`, `512Mi` or `1e3`, in cores or bytes; undefined where it is
 * none. The grammar is that of k8s.io/apimachinery/pkg/api/resource.
 */
export function parseQuantity(quantity: unknown): number | undefined {
  if (typeof quantity !== "string" && typeof quantity !== "number") return undefined;
  const match = QUANTITY.exec(String(quantity));
  if (match === null) return undefined;
  const [, number = "", exponent = "", suffix = ""] = match;
  return Number(`${number}${exponent}`) * (MULTIPLIERS.get(suffix) ?? 1);
}
