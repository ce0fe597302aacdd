/** Reports of several platforms as one, for one upload to code scanning. */

interface Run {
  readonly automationDetails?: { readonly id?: string };
}

/** Code scanning tells runs of one tool apart by `automationDetails.id`, so each gets its platform there. Texts that are no SARIF add nothing. */
export function combineSarif(
  reports: readonly { readonly platform: string; readonly text: string }[],
): string {
  const runs = reports.flatMap(({ platform, text }) =>
    runsIn(text).map((run) =>
      platform === ''
        ? run
        : {
            ...run,
            automationDetails: {
              ...run.automationDetails,
              id: `${run.automationDetails?.id ?? ''}${platform}/`,
            },
          },
    ),
  );
  return JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs });
}

function runsIn(text: string): readonly Run[] {
  try {
    const { runs } = JSON.parse(text) as { runs?: unknown };
    return Array.isArray(runs) ? (runs as Run[]) : [];
  } catch {
    return [];
  }
}
