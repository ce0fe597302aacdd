/** With files of their own: `file` names one of refs.files.ts. */
export const files = `
event | ref | with | deploy | environment | production | version | tags
push | heads/develop | file names | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | tags/v1.5.0 | file names | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | heads/main | file names | no | - | no | 1.4.3-build.7 | branch main belongs to no environment (dev: develop)
push | heads/main | file trunk | yes | production | yes | 1.4.3-production.7 | production-7 sha
push | heads/main | file trunk; version 2.0.0 | yes | production | yes | 2.0.0 | v2.0.0 production-7 sha
push | heads/feature/Cart_2 | file branches | yes | review | no | 1.4.3-review.7 | feature-Cart_2 feature-Cart_2-7
push | heads/feature/a/b.c | file branches | yes | review | no | 1.4.3-review.7 | feature-a-b.c feature-a-b.c-7
push | heads/feature/-x- | file branches | yes | review | no | 1.4.3-review.7 | feature--x feature--x-7
push | heads/feature/ü | file branches | yes | review | no | 1.4.3-review.7 | feature feature-7
push | heads/feature/@#!() | file branches | yes | review | no | 1.4.3-review.7 | feature feature-7
push | heads/feature/a+b | file branches | yes | review | no | 1.4.3-review.7 | feature-a_b feature-a_b-7
push | heads/feature/wip | file branches | no | - | no | 1.4.3-build.7 | branch feature/wip belongs to no environment
push | heads/FEATURE/x | file branches | no | - | no | 1.4.3-build.7 | belongs to no environment
push | heads/feature/LONG | file branches | fault | - | no | - | a tag has at most 128
push | heads/main | file two | fault | - | no | - | fits staging (main) and live (m*)
push | heads/master | file two | yes | live | no | 1.4.3-live.7 | live-7 sha
push | heads/main | file two; asked live | yes | live | no | 1.4.3-live.7 | live-7 sha
push | tags/v1.5.0 | file candidates | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v1.5.0-rc.1 | file candidates | yes | preprod | no | 1.5.0-rc.1 | v1.5.0-rc.1 preprod-7 sha
push | tags/v1.5.0+b-1 | file candidates | fault | - | no | - | fits preprod (v*-*) and prod (v*)
push | tags/v1.5.0-rc.1 | file anything | yes | prod | yes | 1.5.0-rc.1 | v1.5.0-rc.1 prod-7 sha
push | tags/v1.2 | file anything | no | - | no | 1.4.3-build.7 | tag v1.2 is no semantic version
push | tags/2026.01.05 | file dates | yes | prod | yes | 1.4.3-prod.7 | 2026.01.05 prod-7
push | tags/2026.11.26 | file dates | yes | prod | yes | 2026.11.26 | 2026.11.26 prod-7
push | tags/v1.5.2 | file floating | yes | prod | yes | 1.5.2 | v1.5.2 1.5 1 latest
push | tags/v1.5.2+7 | file floating | yes | prod | yes | 1.5.2+7 | v1.5.2_7 1.5 1 latest
push | heads/develop | file places | yes | dev | no | 1.4.3-dev.7 | dev-7-1 develop-5f3c1c1d9e0b 1.4.3-dev.7
push | heads/develop | file places; attempt 2 | yes | dev | no | 1.4.3-dev.7 | dev-7-2 develop-5f3c1c1d9e0b 1.4.3-dev.7
push | heads/develop | file tagged | fault | - | no | - | {tag} has no value in this run
push | tags/dev/3 | file tagged | yes | dev | no | 1.4.3-dev.7 | dev-3
push | heads/develop | file twice | yes | dev | no | 1.4.3-dev.7 | dev-7 latest
push | heads/hotfix/1.4.3 | file digits | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
push | heads/hotfix/next | file digits | no | - | no | 1.4.3-build.7 | branch hotfix/next belongs to no environment
push | heads/main | file dots | yes | eu_west.1 | no | 1.4.3-eu-west-1.7 | eu_west.1-7 sha
push | heads/anything/at/all | file all | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | tags/anything | file all | no | - | no | 1.4.3-build.7 | no environment takes tags
workflow_dispatch | heads/main | file byname | no | - | no | 1.4.3-build.7 | no environment takes branches
workflow_dispatch | heads/main | file byname; asked demo | yes | demo | no | 1.4.3-demo.7 | demo-7 sha
pull_request | pull/12/merge | file branches; same; asked review | yes | review | no | 1.4.3-review.7 | feature-cart feature-cart-7
`;
