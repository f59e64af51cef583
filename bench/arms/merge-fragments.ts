import type { ConfigTree, Feature, Fragment } from "./our-features.ts";

/** Everything on, except for one feature where its name is given. */
export function fragmentsOf(base: Fragment, features: readonly Feature[], off?: string): Fragment {
  const chosen = features.map((feature) => (feature.name === off ? feature.off : feature.on));
  return mergeFragments([base, ...chosen]);
}

/** Later fragments win. */
export function mergeFragments(fragments: readonly Fragment[]): Required<Fragment> {
  return fragments.reduce<Required<Fragment>>(
    (merged, { env = {}, config = {}, files = {} }) => ({
      env: { ...merged.env, ...env },
      config: mergeTrees(merged.config, config),
      files: { ...merged.files, ...files },
    }),
    { env: {}, config: {}, files: {} },
  );
}

function mergeTrees(below: ConfigTree, above: ConfigTree): ConfigTree {
  const merged: Record<string, ConfigTree[string]> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key];
    merged[key] = isTree(under) && isTree(value) ? mergeTrees(under, value) : value;
  }
  return merged;
}

function isTree(value: ConfigTree[string] | undefined): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
