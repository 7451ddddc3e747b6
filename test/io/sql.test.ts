import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');
/** Methods of a database that take SQL. */
const TAKES_SQL = new Set(['prepare', 'exec', 'pragma']);
/** Texts of our own that are read and not written in place: the migrations and their numbers. */
const OUR_OWN = new Set(['migration.sql', 'migration.version']);

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(source, file), 'utf8'), ts.ScriptTarget.Latest, true);

/** The names of constants of a file that hold a text or number as written, in capitals. */
const ownConstants = (file: ts.SourceFile): readonly string[] => {
  const plain = (node: ts.Expression): boolean =>
    ts.isStringLiteralLike(node) ||
    ts.isNumericLiteral(node) ||
    (ts.isBinaryExpression(node) && plain(node.left) && plain(node.right));
  const declared = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations]);
  return declared
    .filter(({ name, initializer }) => /^[A-Z_\d]+$/.test(name.getText()) && initializer && plain(initializer))
    .map(({ name }) => name.getText());
};

/** The same with those that the file imports by name from its own folder. */
const constants = (file: ts.SourceFile): ReadonlySet<string> => {
  const imported = file.statements.filter(ts.isImportDeclaration).flatMap(({ importClause, moduleSpecifier }) => {
    const from = (moduleSpecifier as ts.StringLiteral).text;
    const bindings = importClause?.namedBindings;
    if (!from.startsWith('./') || bindings === undefined || !ts.isNamedImports(bindings)) return [];
    const theirs = ownConstants(parse(join(dirname(file.fileName), from)));
    return bindings.elements.map(({ name }) => name.text).filter((name) => theirs.includes(name));
  });
  return new Set([...ownConstants(file), ...imported]);
};

/** Whether a name is that of a parameter which can only be one of the texts that a type of the same file lists. */
const listed = (name: ts.Identifier): boolean => {
  let node: ts.Node = name;
  while (!ts.isFunctionLike(node)) {
    if (ts.isSourceFile(node)) return false;
    node = node.parent;
  }
  const type = node.parameters.find((parameter) => parameter.name.getText() === name.text)?.type?.getText();
  const alias = name
    .getSourceFile()
    .statements.filter(ts.isTypeAliasDeclaration)
    .find((declaration) => declaration.name.text === type)?.type;
  const literal = (member: ts.TypeNode): boolean => ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal);
  return alias !== undefined && ts.isUnionTypeNode(alias) && alias.types.every(literal);
};

/** Whether a piece of SQL is the same at every call: written in place, or made of constants and listed names only. */
const fixed = (node: ts.Expression, known: ReadonlySet<string>): boolean => {
  if (ts.isStringLiteralLike(node)) return true;
  if (OUR_OWN.has(node.getText())) return true;
  if (ts.isIdentifier(node)) return known.has(node.text) || listed(node);
  if (ts.isTemplateExpression(node)) return node.templateSpans.every(({ expression }) => fixed(expression, known));
  // COLUMNS.replace(/\w+/g, ':$&')
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'replace' &&
    fixed(node.expression.expression, known) &&
    node.arguments.every((argument) => ts.isStringLiteralLike(argument) || ts.isRegularExpressionLiteral(argument))
  );
};

interface Call {
  readonly where: string;
  readonly sql: ts.Expression;
  readonly fixed: boolean;
}

const callsIn = (name: string, file: ts.SourceFile): readonly Call[] => {
  const known = constants(file);
  const calls: Call[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      TAKES_SQL.has(node.expression.name.text) &&
      // `RegExp.prototype.exec` has the same name.
      !/^[A-Z_]+$|^new RegExp\(|\/$|\/\w+$/.test(node.expression.expression.getText()) &&
      node.arguments.length > 0
    ) {
      const [sql] = node.arguments;
      calls.push({ where: `${name}: ${sql.getText()}`, sql, fixed: fixed(sql, known) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return calls;
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('kernel'),
);
const calls = files.flatMap((file) => callsIn(file, parse(file)));

test('no SQL is put together from values: they are bound', () => {
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter((call) => !call.fixed).map(({ where }) => where)).toEqual([]);
});

test('only io speaks SQL', () => {
  expect(calls.map(({ where }) => where).filter((where) => !where.startsWith('io/'))).toEqual([]);
});

test('what is put together from a value is found', () => {
  const found = (code: string): boolean[] =>
    callsIn('x.ts', ts.createSourceFile('x.ts', code, ts.ScriptTarget.Latest, true)).map((call) => call.fixed);
  expect(
    found("const COLUMNS = 'a, b'; db.prepare(`SELECT ${COLUMNS.replace(/\\w+/g, ':$&')} FROM t WHERE a = ?`);"),
  ).toEqual([true]);
  expect(
    found("type Name = 'a' | 'b'; const of = (db: Database, name: Name) => db.prepare(`SELECT * FROM ${name}`);"),
  ).toEqual([true]);
  for (const code of [
    'db.prepare(`SELECT * FROM t WHERE a = ${topic}`)',
    "db.prepare('SELECT * FROM t WHERE a = ' + topic)",
    'db.exec(sql)',
    'db.pragma(`user_version = ${version}`)',
    'const of = (db: Database, name: string) => db.prepare(`SELECT * FROM ${name}`)',
    "type Name = 'a' | string; const of = (db: Database, name: Name) => db.prepare(`SELECT * FROM ${name}`)",
    "type Name = 'a' | 'b'; const of = (name: Name, topic: string) => db.prepare(`SELECT * FROM ${topic}`)",
    'const NAME = topic; db.prepare(`SELECT ${NAME}`)',
    "this.#db.prepare(`SELECT ${'a'.concat(topic)}`)",
  ])
    expect([code, ...found(code)]).toEqual([code, false]);
});
