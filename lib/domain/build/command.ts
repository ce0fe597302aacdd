/** Commands of the author's that look at an image: `verify-command`, `scan-command`. */

/** Places in a command, filled in before it is run; the same values are in its environment. */
export interface ImageCommandValues {
  /** `registry/repository@sha256:…`. */
  readonly image: string;
  readonly digest: string;
  /** `linux/amd64`; empty where one command is for all. */
  readonly platform: string;
  /** Where a scanner is to write its report; empty for a verification. */
  readonly sarif: string;
}

/** What a command may ask to be filled in. */
export const commandPlaces = ['{ref}', '{digest}', '{platform}', '{sarif}'] as const;

/** No shell reads it: each word is filled in as a whole, whatever letters a reference has. */
export const filledIn = (argv: readonly string[], values: ImageCommandValues): string[] =>
  argv.map((word) =>
    word
      .replaceAll('{ref}', values.image)
      .replaceAll('{digest}', values.digest)
      .replaceAll('{platform}', values.platform)
      .replaceAll('{sarif}', values.sarif),
  );

/** The same for a command that reads its environment. */
export const commandEnvironment = (values: ImageCommandValues): Record<string, string> => ({
  IMAGE: values.image,
  IMAGE_DIGEST: values.digest,
  ...(values.platform === '' ? {} : { IMAGE_PLATFORM: values.platform }),
  ...(values.sarif === '' ? {} : { SARIF: values.sarif }),
});
