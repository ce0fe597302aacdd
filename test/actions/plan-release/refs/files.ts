/** The files that the rows of files.cases.ts name. */
export const filesByName: Readonly<Record<string, string>> = {
  names: `
environments:
  dev:
  prod: { namespace: shop }
`,
  trunk: `
environments:
  production: { branches: [main] }
`,
  branches: `
environments:
  review:
    branches: ['feature/**', '!feature/wip']
    tags: ['{branch}', '{branch}-{run_id}']
`,
  two: `
environments:
  staging: { branches: [main] }
  live: { branches: ['m*'] }
`,
  candidates: `
environments:
  preprod: { git-tags: ['v*-*'] }
  prod:
`,
  anything: `
environments:
  prod: { versions: semver }
`,
  dates: `
environments:
  prod: { git-tags: ['20*'], versions: any, tags: ['{tag}', '{env}-{run_id}'] }
`,
  floating: `
environments:
  prod: { tags: ['v{version}', '{major}.{minor}', '{major}', latest] }
`,
  places: `
environments:
  dev: { tags: ['{env}-{run_id}-{run_attempt}', '{branch}-{short_sha}', '{version}'] }
`,
  tagged: `
environments:
  dev: { git-tags: ['dev/*'], tags: ['{tag}'] }
`,
  twice: `
environments:
  dev: { tags: ['{env}-{run_id}', latest, 'dev-{run_id}', latest] }
`,
  digits: `
environments:
  homolog: { branches: ['hotfix/[0-9]+.[0-9]+.[0-9]+'] }
`,
  dots: `
environments:
  eu_west.1: { branches: [main] }
`,
  all: `
environments:
  dev: { branches: ['**'] }
`,
  byname: `
environments:
  demo: {}
`,
};
