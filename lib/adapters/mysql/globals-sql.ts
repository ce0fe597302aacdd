/** What SHOW CREATE USER and SHOW GRANTS print → SQL that another server takes, statement by statement. */

export interface AccountSaid {
  /** Quoted as SQL wants it. */
  readonly name: string;
  readonly create: string;
  readonly grants: readonly string[];
}

export const header = `-- Slipway: accounts, roles and grants. Any client reads it:
-- mysql --binary-mode < this file`;
export const footer = '-- Slipway: all of them';

/** First all who are there, then what they may do: a grant may name a role. */
export function accountSql(accounts: readonly AccountSaid[]): string[] {
  const statements = accounts.flatMap(({ name, create, grants }) => {
    const { text, defaultRoles } = withoutDefaultRoles(create);
    return [
      { rank: 0, sql: text.replace(/^CREATE (USER|ROLE) /, 'CREATE $1 IF NOT EXISTS ') },
      ...grants.flatMap((grant) => grantSql(grant).map((sql) => ({ rank: rankOf(sql), sql }))),
      ...(defaultRoles === undefined
        ? []
        : [{ rank: 4, sql: `SET DEFAULT ROLE ${defaultRoles} TO ${name}` }]),
    ];
  });
  return statements.sort((a, b) => a.rank - b.rank).map(({ sql }) => `${sql};`);
}

/** MySQL tells a user's default roles where it tells how it comes in; they may not be there yet. */
function withoutDefaultRoles(create: string): { text: string; defaultRoles: string | undefined } {
  const form = / DEFAULT ROLE ((?:`(?:[^`]|``)*`@`(?:[^`]|``)*`,?)+)/;
  return { text: create.replace(form, ''), defaultRoles: form.exec(create)?.[1] };
}

/** What needs something that is in a database, which may not be there yet, comes last. */
function rankOf(grant: string): number {
  if (grant.startsWith('SET DEFAULT ROLE ')) return 4;
  if (!/ ON /.test(grant)) return 1; // a role, to somebody
  return isBound(grant) ? 5 : 2;
}

/** Whether a grant is about a routine or some columns. */
export const isBound = (statement: string): boolean =>
  /^GRANT (?:.+ ON (?:PROCEDURE|FUNCTION|PACKAGE)|[^`]+ \(`)/.test(statement);

const objectForm = /^GRANT (.+) ON ((?:`(?:[^`]|``)+`)\.(?:`(?:[^`]|``)+`)) TO (.+?)( WITH GRANT OPTION)?$/;

/**
 * MariaDB repeats the password in the grant, which would change it where the account exists. And a grant on a table
 * that is not there is taken only with CREATE, which is then taken back.
 */
function grantSql(said: string): string[] {
  const plain = said.replace(
    / IDENTIFIED (?:BY PASSWORD|VIA) (?:'(?:[^'\\]|\\.|'')*'|[^'])*?(?= REQUIRE | WITH |$)/,
    '',
  );
  const [, privileges = '', object = '', to = '', option = ''] = objectForm.exec(plain) ?? [];
  const parts = [...privileges.matchAll(privilegeForm)].map(([part]) => part);
  const ofColumns = parts.filter((part) => part.endsWith(')'));
  const ofTable = parts.filter((part) => !ofColumns.includes(part));
  if (object === '' || /\b(?:CREATE|ALL PRIVILEGES|PROXY)\b/.test(ofTable.join())) return [plain];
  const grant = (what: readonly string[]): string =>
    `GRANT ${what.join(', ')} ON ${object} TO ${to}${option}`;
  return [
    ...(ofTable.length === 0 ? [] : [grant(['CREATE', ...ofTable]), `REVOKE CREATE ON ${object} FROM ${to}`]),
    ...(ofColumns.length === 0 ? [] : [grant(ofColumns)]),
  ];
}

/** `UPDATE`, `SELECT (`note`, `total`)` */
const privilegeForm = /[A-Z][A-Z ]*(?: \((?:`(?:[^`]|``)*`(?:, )?)+\))?(?=, |$)/g;

/** The statements of what `accountSql` wrote; undefined where it is not all of it. */
export function readStatements(text: string): string[] | undefined {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  if (!header.startsWith(first) || lines.at(-1) !== footer) return undefined;
  return lines.filter((line) => !line.startsWith('-- ')).map((line) => line.replace(/;$/, ''));
}
