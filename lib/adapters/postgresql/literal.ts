/** Names and texts as SQL takes them. The session says standard_conforming_strings: a backslash is a letter. */

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
