/** What a main that ends early leaves to post, besides what its phases leave. No secret is in it. */
export interface Left {
  /** Id of the record of the release that is neither proven nor undone. */
  readonly record: string;
  /** The cluster's API stopped answering: nobody knows that it does not hold. */
  readonly unknown?: true;
}
