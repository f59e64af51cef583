import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

interface SyntaxNode {
  readonly type: string;
}

declare module "@stryker-mutator/api/ignore" {
  interface NodePath {
    readonly node: SyntaxNode & {
      /** Of a list. */
      readonly elements?: readonly unknown[];
      /** Of a text. */
      readonly value?: unknown;
      /** Of a template. */
      readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
      readonly expressions?: readonly SyntaxNode[];
      /** Of a property. */
      readonly key?: SyntaxNode & { readonly name?: string };
    };
    readonly parent?: SyntaxNode | null;
  }
}

/** Stryker puts a text into every empty list. Our lists hold findings: the compiler refuses the text, no test has to. */
export const EMPTY_LISTS = "empty-lists";
/** What is read by people: sentences of messages, and what a policy says about itself. */
export const PROSE = "prose";

/** Facts of a policy that decide nothing; its name, parameters and kinds do. */
const FACTS = ["examples", "controls", "description", "reason", "remedy", "severity", "title", "what"];
const BRANCHES = [
  "ConditionalExpression",
  "LogicalExpression",
  "BinaryExpression",
  "ArrowFunctionExpression",
];

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, EMPTY_LISTS, {
    shouldIgnore: ({ node: { type, elements } }) =>
      type === "ArrayExpression" && elements?.length === 0 ? "a text in an empty list" : undefined,
  }),
  declareValuePlugin(PluginKind.Ignore, PROSE, {
    shouldIgnore: ({ node, parent }) => {
      if (node.type === "ObjectProperty" && FACTS.includes(node.key?.name ?? "")) return "a fact of a policy";
      if (node.type === "StringLiteral")
        return isProse(String(node.value), parent?.type) ? "prose" : undefined;
      if (node.type !== "TemplateLiteral") return undefined;
      const hasWords = (node.quasis ?? []).some(({ value }) => /\s/.test(value.raw));
      return hasWords && !BRANCHES.some((branch) => holds(node.expressions, branch)) ? "prose" : undefined;
    },
  }),
];

/** What has white space is a sentence. An empty text behind `??` stands for nothing, and nothing is no other text either. */
function isProse(text: string, parent: string | undefined): boolean {
  if (text === "") return parent === "LogicalExpression" || parent === "AssignmentPattern";
  return /\s/.test(text);
}

/** Whether nodes of this type stand anywhere below. */
function holds(node: unknown, type: string): boolean {
  if (typeof node !== "object" || node === null) return false;
  if ("type" in node && node.type === type) return true;
  return Object.entries(node).some(([key, child]) => key !== "loc" && holds(child, type));
}
