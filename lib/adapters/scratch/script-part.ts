/** What of the script is one engine's own. Each piece is text of a POSIX shell, run in the server's own folder. */
export interface EngineScript {
  /** Defines `find_programs`, which sets `programs` (the folder) and `version`; both empty where there are none. */
  readonly find: string;
  /** Makes an empty server below `data`, with an empty database. */
  readonly prepare: (order: EngineOrder) => string;
  /** The command that is the server; its socket is in "$socket". */
  readonly server: (order: EngineOrder) => string;
  /** Succeeds once it answers; `socket` is a folder. */
  readonly answers: (socket: string, user: string, database: string) => string;
  /** What of its log says that it answers. */
  readonly ready: RegExp;
  /** Ends it at once, without saving anything. */
  readonly endSignal: 'QUIT' | 'KILL';
}

export interface EngineOrder {
  readonly encoding: string;
  readonly locale: string;
  readonly database: string;
  readonly user: string;
  /** In bytes. */
  readonly memory: number;
}
