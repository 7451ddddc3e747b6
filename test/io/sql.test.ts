import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');
/** Methods of a database that take SQL. */
const TAKES_SQL = new Set(['prepare', 'exec', 'pragma']);
/** Texts of our own that are read and not written in place: the migrations and their numbers. */
const OUR_OWN = new Set(['migration.sql', 'migration.version']);
/** Where the statements that were given to `SqlDatabase.read` and `write`, which are checked there, reach the database. */
const CARRIERS = new Set(['io/sqlite/sql-database.ts: text', 'io/postgres/sql-database.ts: text']);
/** The function that makes an INSERT of many rows, and which of its arguments are parts of the text. */
const INSERT = 'insertRows';
const INSERT_TEXTS = [0, 1, 3];
/** The beginning of a statement, or the part of one that is joined to another. */
const SQL_TEXT =
  /^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP|PRAGMA|VACUUM|BEGIN|COMMIT|ROLLBACK)\s+\S|\b(ON CONFLICT|ORDER BY|GROUP BY|DO UPDATE SET)\b/;

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(source, file), 'utf8'), ts.ScriptTarget.Latest, true);

/** The names of constants of a file that hold a text or number as written, or a list of them, in capitals. */
const ownConstants = (file: ts.SourceFile): readonly string[] => {
  const plain = (node: ts.Expression): boolean =>
    ts.isStringLiteralLike(node) ||
    ts.isNumericLiteral(node) ||
    (ts.isBinaryExpression(node) && plain(node.left) && plain(node.right)) ||
    (ts.isArrayLiteralExpression(node) && node.elements.every(plain)) ||
    (ts.isObjectLiteralExpression(node) &&
      node.properties.every((property) => ts.isPropertyAssignment(property) && plain(property.initializer)));
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
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return true;
  if (OUR_OWN.has(node.getText())) return true;
  if (ts.isIdentifier(node)) return known.has(node.text) || listed(node);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every((element) => fixed(element, known));
  if (ts.isBinaryExpression(node)) return fixed(node.left, known) && fixed(node.right, known);
  if (ts.isConditionalExpression(node)) return fixed(node.whenTrue, known) && fixed(node.whenFalse, known);
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

/** Whether statements for `SqlDatabase.write` have fixed texts: written in place, constants, or made by `insertRows` of fixed parts. */
const fixedStatements = (node: ts.Expression, known: ReadonlySet<string>): boolean => {
  if (ts.isIdentifier(node)) return known.has(node.text);
  if (ts.isParenthesizedExpression(node) || ts.isSpreadElement(node)) return fixedStatements(node.expression, known);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every((element) => fixedStatements(element, known));
  if (ts.isObjectLiteralExpression(node))
    return node.properties.every(
      (property) =>
        (ts.isPropertyAssignment(property) && property.name.getText() !== 'text') ||
        (ts.isPropertyAssignment(property) && fixed(property.initializer, known)) ||
        (ts.isShorthandPropertyAssignment(property) && property.name.text === 'values'),
    );
  if (!ts.isCallExpression(node)) return false;
  if (node.expression.getText() === INSERT) return INSERT_TEXTS.every((i) => fixed(node.arguments[i], known));
  // rows.map((row) => ({ text: 'UPDATE ...', values: [row.id] }))
  const [each] = node.arguments;
  return (
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'map' &&
    ts.isArrowFunction(each) &&
    ts.isParenthesizedExpression(each.body) &&
    fixedStatements(each.body, known)
  );
};

interface Call {
  readonly where: string;
  readonly sql: ts.Expression;
  readonly fixed: boolean;
}

/** How the first argument of a call is SQL, if it is. */
const takes = (node: ts.CallExpression): 'text' | 'statements' | null => {
  if (!ts.isPropertyAccessExpression(node.expression) || node.arguments.length === 0) return null;
  const method = node.expression.name.text;
  const receiver = node.expression.expression.getText();
  // `RegExp.prototype.exec` has the same name.
  if (TAKES_SQL.has(method)) return /^[A-Z_\d]+$|\w+Pattern$|^new RegExp\(|\/$|\/\w+$/.test(receiver) ? null : 'text';
  if (method === 'query') return /\b(pool|client)$/.test(receiver) ? 'text' : null;
  if (!/\bdb$/.test(receiver)) return null;
  return method === 'read' ? 'text' : method === 'write' ? 'statements' : null;
};

const callsIn = (name: string, file: ts.SourceFile): readonly Call[] => {
  const known = constants(file);
  const calls: Call[] = [];
  const visit = (node: ts.Node): void => {
    const kind = ts.isCallExpression(node) ? takes(node) : null;
    if (kind !== null) {
      const [sql] = (node as ts.CallExpression).arguments;
      const where = `${name}: ${sql.getText()}`;
      const asWritten = kind === 'text' ? fixed(sql, known) : fixedStatements(sql, known);
      calls.push({ where, sql, fixed: asWritten || CARRIERS.has(where) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return calls;
};

/** Pieces of SQL in the texts of a file. */
const sqlTexts = (name: string, file: ts.SourceFile): readonly string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) && SQL_TEXT.test(node.text))
      found.push(`${name}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('kernel'),
);
const calls = files.flatMap((file) => callsIn(file, parse(file)));
const isIo = (where: string): boolean => where.startsWith('io/');

test('no SQL is put together from values: they are bound', () => {
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter((call) => !call.fixed).map(({ where }) => where)).toEqual([]);
});

test('only io speaks SQL', () => {
  expect(calls.map(({ where }) => where).filter((where) => !isIo(where))).toEqual([]);
  const texts = files.flatMap((file) => sqlTexts(file, parse(file)));
  expect(texts.filter(isIo).length).toBeGreaterThan(100);
  expect(texts.filter((text) => !isIo(text))).toEqual([]);
});

test('a database of a hub has the name by which its calls are found', () => {
  const names = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/([\w#]+)\??: SqlDatabase\b/g)].map((match) => match[1]),
  );
  expect(names.length).toBeGreaterThan(10);
  expect([...new Set(names)]).toEqual(['db']);
});

test('SQL is found in a text of any form, and an English sentence is not taken for it', () => {
  const found = (code: string): number =>
    sqlTexts('x.ts', ts.createSourceFile('x.ts', code, ts.ScriptTarget.Latest, true)).length;
  for (const code of [
    "const a = 'SELECT 1 FROM t'",
    'const a = `\n  INSERT INTO ${table} VALUES (1)`',
    'const a = [{ text: `CREATE TABLE t (a BIGINT)` }]',
    'const a = `${start} ORDER BY at`',
    'const a = `${start} ON CONFLICT ${rest}`',
  ])
    expect([code, found(code)]).toEqual([code, 1]);
  for (const code of ["const a = 'SELECT'", "const a = 'Select a row'", '// SELECT 1 FROM t', "const a = 'INPUT a'"])
    expect([code, found(code)]).toEqual([code, 0]);
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
    "options.db.read('SELECT a FROM t WHERE b = $1', [topic])",
    "db.write([{ text: open ? 'UPDATE t SET a = 1' : 'UPDATE t SET a = 0', values: [] }])",
    "const TABLES = [{ text: 'CREATE TABLE t (a TEXT)', values: [] }]; db.write(TABLES)",
    "db.write([...insertRows('t', ['a'], rows, '(a) DO NOTHING'), ...ids.map((id) => ({ text: 'DELETE', values: [id] }))])",
  ])
    expect([code, ...found(code)]).toEqual([code, true]);
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
    'sitePatterns.exec(sql)',
    'pool.query(sql)',
    'options.db.read(`SELECT ${topic}`)',
    'db.write(statements)',
    'db.write([{ text, values: [] }])',
    'db.write([{ ...statement }])',
    'db.write([{ text: `UPDATE t SET a = ${topic}`, values: [] }])',
    "db.write([{ text: open ? 'UPDATE t' : topic, values: [] }])",
    'const TABLES = [{ text: topic, values: [] }]; db.write(TABLES)',
    "db.write(insertRows(topic, ['a'], rows, '(a) DO NOTHING'))",
    "db.write(insertRows('t', Object.keys(row), rows, '(a) DO NOTHING'))",
    "db.write(insertRows('t', ['a'], rows, topic))",
    'db.write(topics.map((topic) => ({ text: `DELETE ${topic}`, values: [] })))',
  ])
    expect([code, ...found(code)]).toEqual([code, false]);
});
