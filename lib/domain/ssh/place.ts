/** Another host, always behind a host key that is known. */
export interface SshPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The private key's text. */
  readonly key: string;
  /** Lines of a known_hosts file; without them no host is believed. */
  readonly knownHosts: string;
  /** A host in between, behind the same known hosts. */
  readonly jump?: { readonly host: string; readonly port: number; readonly user: string };
}

/** What ssh could take for an option or a command's end is no host and no user. */
export const sshHostForm = /^[a-zA-Z0-9:[][a-zA-Z0-9.:%\]_-]*$/;
export const sshUserForm = /^[a-zA-Z0-9_][a-zA-Z0-9_.@-]*$/;
