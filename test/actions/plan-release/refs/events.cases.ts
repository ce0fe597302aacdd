/** Without a file: what started the run decides whether its ref means anything. */
export const events = `
event | ref | with | deploy | environment | production | version | tags
workflow_dispatch | heads/develop | | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
workflow_dispatch | heads/main | | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
workflow_dispatch | heads/feature/cart | | no | - | no | 1.4.3-build.7 | branch feature/cart belongs to no environment
workflow_dispatch | heads/feature/cart | asked dev | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
workflow_dispatch | heads/develop | asked homolog | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
workflow_dispatch | heads/main | asked prod | yes | prod | yes | 1.4.3-prod.7 | prod-7 sha
workflow_dispatch | heads/main | asked prod; version 1.5.0 | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
workflow_dispatch | tags/v1.4.2 | | yes | prod | yes | 1.4.2 | v1.4.2 prod-7 sha
workflow_dispatch | tags/v1.4.2 | asked prod | yes | prod | yes | 1.4.2 | v1.4.2 prod-7 sha
workflow_dispatch | tags/v1.5.0-rc.1 | asked prod | yes | prod | yes | 1.5.0-rc.1 | v1.5.0-rc.1 prod-7 sha
workflow_dispatch | tags/v1.5.0-rc.1 | asked preprod | yes | preprod | no | 1.5.0-rc.1 | v1.5.0-rc.1 preprod-7 sha
workflow_dispatch | tags/v1.5.0 | asked dev | yes | dev | no | 1.5.0 | v1.5.0 dev-7 sha latest-dev
workflow_dispatch | heads/develop | asked prd | fault | - | no | - | is no environment; did you mean prod?
workflow_dispatch | heads/develop | asked production | fault | - | no | - | is no environment
workflow_dispatch | heads/develop | asked Prod | fault | - | no | - | did you mean prod?
workflow_dispatch | heads/develop | asked qa | fault | - | no | - | has dev, homolog, preprod, prod
schedule | heads/main | | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
schedule | heads/develop | asked homolog | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
repository_dispatch | heads/main | | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
repository_dispatch | heads/main | asked dev | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
deployment | tags/v1.5.0 | | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
deployment | | | no | - | no | 1.4.3-build.7 | no ref is neither a branch nor a tag
pull_request | pull/12/merge | same | no | - | no | 1.4.3-pr.12.7 | pull request 12 is not merged yet
pull_request | pull/12/merge | same; attempt 2 | no | - | no | 1.4.3-pr.12.7 | pull request 12 is not merged yet
pull_request | pull/12/merge | same; asked dev | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
pull_request | pull/12/merge | fork | no | - | no | 1.4.3-pr.12.7 | pull request 12 comes from a fork
pull_request | pull/12/merge | fork; asked dev | no | - | no | 1.4.3-pr.12.7 | comes from a fork, which may not release anything
pull_request | pull/12/merge | fork gone; asked dev | no | - | no | 1.4.3-pr.12.7 | comes from a fork
pull_request | pull/12/merge | payload none | no | - | no | 1.4.3-pr.12.7 | comes from a fork
pull_request | pull/12/merge | payload none; repository none | no | - | no | 1.4.3-pr.12.7 | comes from a fork
pull_request | pull/12/merge | same; history none | no | - | no | 0.0.0-pr.12.7 | pull request 12 is not merged yet
pull_request | heads/main | same; merged | no | - | no | 1.4.3-pr.12.7 | pull request 12 was merged: the push to its branch releases it
pull_request | pull/12/merge | same; closed | no | - | no | 1.4.3-pr.12.7 | pull request 12 was closed
pull_request_target | heads/main | same | no | - | no | 1.4.3-pr.12.7 | pull request 12 is not merged yet
pull_request_target | heads/develop | same | no | - | no | 1.4.3-pr.12.7 | pull request 12 is not merged yet
pull_request_target | heads/develop | fork | no | - | no | 1.4.3-pr.12.7 | comes from a fork
pull_request_target | heads/develop | fork; asked prod | no | - | no | 1.4.3-pr.12.7 | comes from a fork
pull_request_review | pull/12/merge | same | no | - | no | 1.4.3-pr.12.7 | pull request 12 is not merged yet
pull_request_review_comment | pull/12/merge | same | no | - | no | 1.4.3-pr.12.7 | is not merged yet
merge_group | heads/gh-readonly-queue/main/pr-12-abc | | no | - | no | 1.4.3-build.7 | a merge queue only tests
merge_group | heads/gh-readonly-queue/develop/pr-1-abc | asked dev | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/gh-readonly-queue/main/pr-12-abc | | no | - | no | 1.4.3-build.7 | a merge queue only tests
workflow_run | heads/main | follows develop | yes | dev | no | 1.4.3-dev.7 | dev-7 sha-followed latest-dev
workflow_run | heads/main | follows main | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha-followed
workflow_run | heads/main | follows feature/x | no | - | no | 1.4.3-build.7 | branch feature/x belongs to no environment
workflow_run | heads/main | follows develop; failed | no | - | no | 1.4.3-build.7 | CI ended as failure, not success
workflow_run | heads/main | follows develop; failed; asked dev | no | - | no | 1.4.3-build.7 | CI ended as failure
workflow_run | heads/main | follows develop; for a fork | no | - | no | 1.4.3-build.7 | CI ran for a fork
workflow_run | heads/main | follows develop; by pull_request | no | - | no | 1.4.3-build.7 | CI was started by pull_request, not by a push
workflow_run | heads/main | payload none | no | - | no | 1.4.3-build.7 | ran for a fork
delete | heads/main | gone feature/x | no | - | no | 1.4.3-build.7 | branch feature/x was deleted
delete | heads/main | gone feature/x; asked dev | no | - | no | 1.4.3-build.7 | branch feature/x was deleted
issue_comment | heads/main | | no | - | no | 1.4.3-build.7 | the event issue_comment is not about branch main
issue_comment | heads/main | asked dev | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
issues | heads/main | | no | - | no | 1.4.3-build.7 | the event issues is not about branch main
check_suite | heads/main | | no | - | no | 1.4.3-build.7 | the event check_suite is not about
registry_package | heads/main | | no | - | no | 1.4.3-build.7 | the event registry_package is not about
page_build | heads/main | | no | - | no | 1.4.3-build.7 | the event page_build is not about
 | heads/main | | no | - | no | 1.4.3-build.7 | the event (none) is not about branch main
push | pull/12/head | | no | - | no | 1.4.3-build.7 | refs/pull/12/head is neither a branch nor a tag
push | notes/commits | | no | - | no | 1.4.3-build.7 | refs/notes/commits is neither a branch nor a tag
push | | | no | - | no | 1.4.3-build.7 | no ref is neither a branch nor a tag
push | heads/develop | commit none | fault | - | no | - | the runner sets it to a whole commit
push | heads/develop | commit 5f3c1c1 | fault | - | no | - | the runner sets it to a whole commit
push | heads/develop | run none | fault | - | no | - | the runner sets it to a number
`;
