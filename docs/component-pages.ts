/** Reads what the components' sources say of themselves, for a page each in docs/reference/components/. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import ts from "typescript";

const ROOT = path.join(import.meta.dirname, "..");
const FOLDERS = ["components", "components/aws"];

/** One property of a component's arguments, or one of its outputs. */
interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly text: string;
}

/** A component as its source declares it. */
export interface ComponentPage {
  readonly name: string;
  /** Path of the source from the root of the repository. */
  readonly source: string;
  readonly text: string;
  readonly args: readonly Member[];
  readonly outputs: readonly Member[];
}

/** Every component of the stack, in the order of their names. */
export async function readComponents(): Promise<ComponentPage[]> {
  const files = await Promise.all(FOLDERS.map(listSources));
  const pages = await Promise.all(files.flat().map(readComponent));
  return pages.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function listSources(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(ROOT, folder));
  return entries.filter((entry) => entry.endsWith(".ts")).map((entry) => path.posix.join(folder, entry));
}

async function readComponent(source: string): Promise<ComponentPage[]> {
  const file = await parse(source);
  const declared = file.statements.filter(ts.isClassDeclaration).filter(isComponent);
  return Promise.all(
    declared.map(async (component) => ({
      name: component.name?.text ?? "",
      source,
      text: commentOf(component),
      args: await argsOf(component, file, source),
      outputs: component.members.filter(ts.isPropertyDeclaration).filter(isPublic).map(memberOf),
    })),
  );
}

async function parse(source: string): Promise<ts.SourceFile> {
  const text = await readFile(path.join(ROOT, source), "utf8");
  return ts.createSourceFile(source, text, ts.ScriptTarget.Latest, true);
}

function isComponent({ heritageClauses = ts.factory.createNodeArray() }: ts.ClassDeclaration): boolean {
  return heritageClauses.some((clause) => clause.getText().endsWith("pulumi.ComponentResource"));
}

function isPublic(property: ts.PropertyDeclaration): boolean {
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.StaticKeyword];
  const modifiers = property.modifiers ?? [];
  return !ts.isPrivateIdentifier(property.name) && !modifiers.some(({ kind }) => hidden.includes(kind));
}

/** The members of the type of the constructor's second parameter; none where it takes options alone. */
async function argsOf(
  component: ts.ClassDeclaration,
  file: ts.SourceFile,
  source: string,
): Promise<Member[]> {
  const declaration = component.members.find(ts.isConstructorDeclaration);
  const parameter = declaration?.parameters[1];
  if (parameter?.type === undefined || parameter.name.getText() === "opts") return [];
  const members = await membersOf(parameter.type, { file, source });
  return members.length > 0 ? members : [memberOf(parameter)];
}

interface Place {
  readonly file: ts.SourceFile;
  readonly source: string;
}

/** The members of a type, as far as it is made of types of this repository; those that it extends come first. */
async function membersOf(type: ts.TypeNode, place: Place): Promise<Member[]> {
  if (ts.isParenthesizedTypeNode(type)) return membersOf(type.type, place);
  if (ts.isTypeLiteralNode(type)) return type.members.filter(ts.isPropertySignature).map(memberOf);
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) {
    const parts = await Promise.all(type.types.map((part) => membersOf(part, place)));
    return merged(parts.flat());
  }
  return ts.isTypeReferenceNode(type) ? membersOfReference(type, place) : [];
}

function membersOfReference(type: ts.TypeReferenceNode, place: Place): Promise<Member[]> {
  const name = type.typeName.getText();
  return name === "Omit" ? omittedMembers(type, place) : membersOfNamed(name, place);
}

/** The members of `Omit<Type, "name" | "other">`. */
async function omittedMembers({ typeArguments }: ts.NodeWithTypeArguments, place: Place): Promise<Member[]> {
  const [type, omitted] = typeArguments ?? [];
  if (type === undefined || omitted === undefined) return [];
  const members = await membersOf(type, place);
  return members.filter(({ name }) => !omitted.getText().includes(`"${name}"`));
}

async function membersOfNamed(name: string, place: Place): Promise<Member[]> {
  for (const statement of place.file.statements) {
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name)
      return membersOf(statement.type, place);
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name)
      return membersOfInterface(statement, place);
  }
  const elsewhere = await importedFrom(name, place);
  return elsewhere === undefined ? [] : membersOfNamed(name, elsewhere);
}

async function membersOfInterface(declared: ts.InterfaceDeclaration, place: Place): Promise<Member[]> {
  const parents = declared.heritageClauses?.flatMap(({ types }) => [...types]) ?? [];
  const inherited = await Promise.all(
    parents.map((parent) =>
      ts.isIdentifier(parent.expression) && parent.expression.text !== "Omit"
        ? membersOfNamed(parent.expression.text, place)
        : omittedMembers(parent, place),
    ),
  );
  return [...inherited.flat(), ...declared.members.filter(ts.isPropertySignature).map(memberOf)];
}

/** The file of this repository that a name is imported from. */
async function importedFrom(name: string, { file, source }: Place): Promise<Place | undefined> {
  const imports = file.statements.filter(ts.isImportDeclaration);
  const found = imports.find(({ importClause }) => {
    const bindings = importClause?.namedBindings;
    return (
      bindings !== undefined &&
      ts.isNamedImports(bindings) &&
      bindings.elements.some((element) => element.name.text === name)
    );
  });
  if (found === undefined || !ts.isStringLiteral(found.moduleSpecifier)) return undefined;
  const { text } = found.moduleSpecifier;
  if (!text.startsWith(".")) return undefined;
  const elsewhere = path.posix.join(path.posix.dirname(source), text);
  return { file: await parse(elsewhere), source: elsewhere };
}

/** One member of each name: what a union has under one name several times is one argument of several types. */
function merged(members: readonly Member[]): Member[] {
  const byName = Map.groupBy(members, ({ name }) => name);
  return [...byName.values()].map((same) => ({
    ...(same.find(({ text }) => text !== "") ?? (same[0] as Member)),
    type: [...new Set(same.map(({ type }) => type))].join(" | "),
  }));
}

function memberOf(member: ts.PropertySignature | ts.PropertyDeclaration | ts.ParameterDeclaration): Member {
  return {
    name: member.name.getText(),
    type: (member.type?.getText() ?? "").replace(/\s+/g, " "),
    optional: member.questionToken !== undefined,
    text: commentOf(member),
  };
}

function commentOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(comment?.comment) ?? "";
  return text.replace(/([^\n])\n(?!\n)/g, "$1 ").trim();
}

/** The page of a component: what it is, what it takes and what it gives. */
export function renderComponent({ name, source, text, args, outputs }: ComponentPage, note: string): string {
  const example = `new ${name}("name", { ${args.length > 0 ? "…" : ""} })`.replace("{  }", "{}");
  return `${[
    `# ${name}`,
    note,
    text,
    `\`${example}\`, in [${source}](../../../${source})`,
    ...(args.length > 0 ? ["## Arguments", table(args)] : []),
    ...(outputs.length > 0 ? ["## Outputs", table(outputs)] : []),
  ].join("\n\n")}\n`;
}

/** File name of the page, as that of the source. */
export function componentFile({ source }: ComponentPage): string {
  return `components/${path.posix.basename(source, ".ts")}.md`;
}

function table(members: readonly Member[]): string {
  const rows = members.map(
    ({ name, type, optional, text }) =>
      `| \`${name}\`${optional ? " (optional)" : ""} | \`${type.replaceAll("|", "\\|")}\` | ${text.replaceAll("|", "\\|").replace(/\s+/g, " ")} |`,
  );
  return ["| name | type | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}
