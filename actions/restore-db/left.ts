/** What main tells post: a database that it made and did not finish. Nothing but a name, for it is kept in plain text. */
export interface Left {
  readonly beside: string;
}
