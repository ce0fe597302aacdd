/** Without a file: what each branch leads to. `sha` is the whole commit, the run is 7, the history has v1.4.2. */
export const branches = `
event | ref | with | deploy | environment | production | version | tags
push | heads/develop | | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/homolog | | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
push | heads/release/1.5 | | yes | homolog | no | 1.5.0-homolog.7 | homolog-7 sha
push | heads/release/1.5.0 | | yes | homolog | no | 1.5.0-homolog.7 | homolog-7 sha
push | heads/release/v1.5.1 | | yes | homolog | no | 1.5.1-homolog.7 | homolog-7 sha
push | heads/release/1.4 | | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
push | heads/release/1.3.9 | | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
push | heads/release/2.0.0-rc.1 | | yes | homolog | no | 2.0.0-homolog.7 | homolog-7 sha
push | heads/release/summer | | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
push | heads/release/2026-11 | | yes | homolog | no | 1.4.3-homolog.7 | homolog-7 sha
push | heads/main | | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
push | heads/release/1.5/hotfix | | no | - | no | 1.4.3-build.7 | belongs to no environment
push | heads/release | | no | - | no | 1.4.3-build.7 | branch release belongs to no environment
push | heads/releases/1.5 | | no | - | no | 1.5.0-build.7 | belongs to no environment
push | heads/master | | no | - | no | 1.4.3-build.7 | (dev: develop; homolog: release/*, homolog; preprod: main)
push | heads/Develop | | no | - | no | 1.4.3-build.7 | branch Develop belongs to no environment
push | heads/MAIN | | no | - | no | 1.4.3-build.7 | branch MAIN belongs to no environment
push | heads/develop2 | | no | - | no | 1.4.3-build.7 | branch develop2 belongs
push | heads/my/develop | | no | - | no | 1.4.3-build.7 | branch my/develop belongs
push | heads/feature/cart | | no | - | no | 1.4.3-build.7 | branch feature/cart belongs
push | heads/dependabot/npm_and_yarn/semver-7.8.6 | | no | - | no | 1.4.3-build.7 | belongs to no environment
push | heads/v1.4.2 | | no | - | no | 1.4.3-build.7 | branch v1.4.2 belongs to no environment
push | heads/v2 | | no | - | no | 1.4.3-build.7 | branch v2 belongs to no environment
push | heads/preprod/1 | | no | - | no | 1.4.3-build.7 | branch preprod/1 belongs to no environment
push | heads/refs/heads/main | | no | - | no | 1.4.3-build.7 | branch refs/heads/main belongs to no environment
push | heads/prod | | no | - | no | 1.4.3-build.7 | branch prod belongs to no environment
push | heads/ünïcode | | no | - | no | 1.4.3-build.7 | branch ünïcode belongs to no environment
push | heads/develop | history none | yes | dev | no | 0.0.0-dev.7 | dev-7 sha latest-dev
push | heads/release/1.5 | history none | yes | homolog | no | 1.5.0-homolog.7 | homolog-7 sha
push | heads/main | history none | yes | preprod | no | 0.0.0-preprod.7 | preprod-7 sha
push | heads/develop | history v1.4.2 v1.10.0 v1.9.9 | yes | dev | no | 1.10.1-dev.7 | dev-7 sha latest-dev
push | heads/develop | history v2.0.0-rc.1 v1.4.2 | yes | dev | no | 2.0.0-dev.7 | dev-7 sha latest-dev
push | heads/develop | history v1.4.2 v1.4.2-rc.9 | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/develop | history v1.4.2+7 | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/develop | history latest v1.2 v01.5.0 nightly-3 | yes | dev | no | 0.0.0-dev.7 | dev-7 sha latest-dev
push | heads/develop | history 3.1.4 | yes | dev | no | 3.1.5-dev.7 | dev-7 sha latest-dev
push | heads/develop | attempt 2 | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/develop | attempt 9 | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/main | attempt 2 | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
push | heads/develop | run 17534122901 | yes | dev | no | 1.4.3-dev.17534122901 | dev-17534122901 sha latest-dev
push | heads/develop | version 1.5.0 | yes | dev | no | 1.5.0 | dev-7 sha latest-dev
push | heads/develop | version v1.5.0-beta.2 | yes | dev | no | 1.5.0-beta.2 | dev-7 sha latest-dev
push | heads/main | version 1.5.0+7 | yes | preprod | no | 1.5.0+7 | preprod-7 sha
push | heads/develop | version 1.5 | fault | - | no | - | must be a semantic version
push | heads/develop | version latest | fault | - | no | - | must be a semantic version
push | heads/develop | version 01.5.0 | fault | - | no | - | must be a semantic version
push | heads/develop | new | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
push | heads/main | forced | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
push | heads/develop | deleted | no | - | no | 1.4.3-build.7 | branch develop was deleted
push | heads/main | deleted | no | - | no | 1.4.3-build.7 | branch main was deleted
push | heads/develop | zeros | no | - | no | 1.4.3-build.7 | branch develop was deleted
push | heads/develop | payload none | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
`;
