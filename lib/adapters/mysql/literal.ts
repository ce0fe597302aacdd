/** Names and values in SQL, for a session whose sql_mode is empty: then a backslash escapes and a double quote quotes text. */

export const identifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const literal = (text: string): string =>
  `'${text.replace(/['\\]/g, (sign) => `\\${sign}`).replaceAll('\0', '\\0')}'`;

/** `shop`@`%` */
export const account = (user: string, host: string): string => `${identifier(user)}@${identifier(host)}`;
